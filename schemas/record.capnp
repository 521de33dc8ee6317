@0xc1a3f0d2b7e45a91;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chancery::schema");

# A record at rest, read in place. Written by engine/codec/record_encode.cc only; byte by byte in docs/reference/record.md.
# Local to a store: dots and field handles are private, so nothing of this is hashed, digested or sent.
# One segment in canonical form. `rare` comes first because canonical form cuts null pointers off at the end, and only there.
struct Record {
  rare @0 :Data;             # what few records have: several writes of a field, set elements, unusual life, several heads. Mostly null
  writers @1 :List(UInt64);  # distinct (dot, op) pairs of what stands alone: their dots
  slots @2 :Data;            # head, then the fields, ascending by handle
}
