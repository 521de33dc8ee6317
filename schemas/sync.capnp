@0xb3d5c2f1a8907e64;
# What sites say to one another (docs/reference/sync.md), over TLS or whatever else carries bytes in order. net/rpc speaks it.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("chancery::schema");

struct Hello {
  registry @0 :Text;      # 64 hexadecimal digits
  registryName @1 :Text;
  protocol @2 :UInt16;    # spoken
  oldest @3 :UInt16;      # and still understood
  site @4 :Text;
  lane @5 :Data;          # 16 bytes: the fingerprint of the key that its entries are signed with
  next @6 :Data;          # 16 bytes: the fingerprint of the link key that it will show; empty = it renews none
  vouched @7 :Data;       # 64 bytes: the lane's signature over that
  noted @8 :Data;         # 16 bytes: the other's link key on its list, the next one where it has noted that
}

struct Lane {
  key @0 :UInt64;         # the first 8 bytes of its fingerprint, the first of them lowest
  more @1 :UInt64;        # the other 8
  size @2 :UInt64;
}

struct Offer {
  lanes @0 :List(Lane);   # ascending by key
  digest @1 :Data;        # 16 bytes each
  docket @2 :Data;
  waiting @3 :UInt64;
  held @4 :UInt64;
  halted @5 :UInt64;
  cosigned @6 :UInt64;
  runs @7 :List(Data);    # docs/reference/run.md
  cosignatures @8 :Data;
  room @9 :UInt32;        # bytes of runs and documents that the answer may hold
  wanted @10 :List(Wanted);
  pieces @11 :List(Piece);
  absent @12 :List(Data); # what the other wants and the sender has not: SHA-256
  doubts @13 :Bool;       # runs of the offer that this one answers do not hold on what is here: what do they follow?
  heads @14 :Data;        # where the other doubts, or knows of fewer lanes with two versions: docs/reference/bundle.md
}

struct Wanted {
  sha256 @0 :Data;        # 32 bytes: of a document that the sender lacks
  from @1 :UInt64;        # the first byte that it lacks
}

struct Piece {
  sha256 @0 :Data;
  from @1 :UInt64;
  bytes @2 :Data;
}

struct Part {
  key @0 :Data;           # of a record or a case, the same at every site
  sum @1 :Data;           # 16 bytes
}

# All that is offered to who has shown a key that is known: to say who it is.
interface Door {
  meet @0 (hello :Hello) -> (hello :Hello, refused :Text, session :Session);  # refused: why there is no session; else empty
  # What the caller lacks, as a bundle. A site that has no store yet holds no lane; without: leave the documents out.
  fetch @1 (lanes :List(Lane), without :Bool) -> (site :Text, size :UInt64, bundle :Bundle);
}

# A file (docs/reference/bundle.md), read in pieces.
interface Bundle {
  read @0 (from :UInt64) -> (bytes :Data);
}

interface Session {
  exchange @0 (offer :Offer) -> (offer :Offer);  # answered once what was offered is durable
  leave @1 (reason :Text) -> ();                 # the caller does not talk to this site, and says why
  ping @2 () -> (clock :Int64);                  # answered at once: milliseconds since 1970 there

  # Where the digests of two sites that hold the same entries differ (docs/reference/digest.md). at: names the entries held.
  sums @3 () -> (at :UInt64, sums :Data);        # of 64 buckets of records, and of the docket: 16 bytes each
  parts @4 (bucket :UInt8, after :Data) -> (at :UInt64, parts :List(Part));  # behind a key, ascending; fewer than 10,000 = all
}
