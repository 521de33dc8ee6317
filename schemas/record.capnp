@0xc1a3f0d2b7e45a91;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chancery::schema");

# A record at rest, read in place. Written and read by engine/codec, byte by byte as in docs/reference/record.md; this schema says
# the same, for programs that use the library, and the tests read every record with it.
# Local to a store: dots and field handles are private, so nothing of this is hashed, digested or sent.
# One segment in canonical form, which cuts null pointers off at the end: what few records have comes last, and takes no room.
struct Record {
  first @0 :UInt64;  # the first writer's dot; writers are the (dot, op) pairs of what stands alone, or else the last touch
  slots @1 :Data;    # head, the other writers, then the fields, ascending by handle
  rare @2 :Data;     # what few records have: several writes of a field, set elements, unusual life, several heads
}
