#include "net/rpc/wire.h"

#include <algorithm>

#include "absl/strings/escaping.h"

namespace chancery::rpc {
namespace {

constexpr size_t kLanes = 65535;  // as many as a store can name
constexpr size_t kKeyBytes = 16, kVouchedBytes = 64, kDigestBytes = 16, kSha256Bytes = 32, kWordBytes = 256, kPartKeyBytes = 1024,
                 kSumBytes = 16, kCosignatureBytes = 2 << 20;

std::string Text(capnp::Text::Reader text) { return std::string(text.cStr(), text.size()); }
std::string Bytes(capnp::Data::Reader data) { return std::string(reinterpret_cast<const char*>(data.begin()), data.size()); }
capnp::Data::Reader DataOf(const std::string& bytes) {
  return capnp::Data::Reader(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size());
}
capnp::Text::Reader TextOf(const std::string& text) { return capnp::Text::Reader(text.c_str(), text.size()); }

absl::Status Malformed(const char* what) { return absl::InvalidArgumentError(std::string("malformed ") + what); }

std::string Hex(capnp::Data::Reader data) { return absl::BytesToHexString(Bytes(data)); }
std::string Unhex(const std::string& hex) { return absl::HexStringToBytes(hex); }

absl::Status ReadDocuments(schema::Offer::Reader in, sync::Documents* documents) {
  if (std::max({in.getWanted().size(), in.getPieces().size(), in.getAbsent().size()}) > sync::kWantedMost)
    return Malformed("offer: more documents than are named in one");
  bool names = true;
  const auto name = [&names](capnp::Data::Reader data) {
    names = names && data.size() == kSha256Bytes;
    return names ? Hex(data) : std::string();
  };
  for (const schema::Wanted::Reader one : in.getWanted()) documents->wanted.push_back({name(one.getSha256()), one.getFrom()});
  for (const schema::Piece::Reader one : in.getPieces())
    documents->pieces.push_back({name(one.getSha256()), one.getFrom(), Bytes(one.getBytes())});
  for (const capnp::Data::Reader one : in.getAbsent()) documents->absent.push_back(name(one));
  return names ? absl::OkStatus() : Malformed("offer: the name of a document");
}

void WriteDocuments(const sync::Documents& documents, schema::Offer::Builder out) {
  auto wanted = out.initWanted(static_cast<unsigned>(documents.wanted.size()));
  for (unsigned i = 0; i < wanted.size(); ++i) {
    wanted[i].setSha256(DataOf(Unhex(documents.wanted[i].sha256)));
    wanted[i].setFrom(documents.wanted[i].from);
  }
  auto pieces = out.initPieces(static_cast<unsigned>(documents.pieces.size()));
  for (unsigned i = 0; i < pieces.size(); ++i) {
    pieces[i].setSha256(DataOf(Unhex(documents.pieces[i].sha256)));
    pieces[i].setFrom(documents.pieces[i].from);
    pieces[i].setBytes(DataOf(documents.pieces[i].bytes));
  }
  auto absent = out.initAbsent(static_cast<unsigned>(documents.absent.size()));
  for (unsigned i = 0; i < absent.size(); ++i) absent.set(i, DataOf(Unhex(documents.absent[i])));
}

// Little-endian words, as Cap'n Proto has them.
std::string KeyOf(schema::Lane::Reader lane) {
  std::string key;
  for (const uint64_t word : {lane.getKey(), lane.getMore()})
    for (int i = 0; i < 8; ++i) key += static_cast<char>(word >> (8 * i));
  return key;
}

void SetKey(const std::string& key, schema::Lane::Builder lane) {
  uint64_t words[2] = {};
  for (size_t i = 0; i < kKeyBytes; ++i) words[i / 8] |= uint64_t{static_cast<unsigned char>(key[i])} << (8 * (i % 8));
  lane.setKey(words[0]);
  lane.setMore(words[1]);
}

}  // namespace

void Write(const std::vector<sync::LaneTip>& lanes, capnp::List<schema::Lane>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i) {
    SetKey(lanes[i].key, out[i]);
    out[i].setSize(lanes[i].size);
  }
}

absl::StatusOr<std::vector<sync::LaneTip>> Read(capnp::List<schema::Lane>::Reader in) {
  if (in.size() > kLanes) return Malformed("offer: more lanes than there can be");
  std::vector<sync::LaneTip> lanes;
  lanes.reserve(in.size());
  for (const schema::Lane::Reader lane : in) {
    sync::LaneTip tip{KeyOf(lane), lane.getSize()};
    if (tip.size == 0 || (!lanes.empty() && lanes.back().key >= tip.key)) return Malformed("offer: its lanes");
    lanes.push_back(std::move(tip));
  }
  return lanes;
}

void Write(const sync::Hello& hello, schema::Hello::Builder out) {
  out.setRegistry(TextOf(hello.registry));
  out.setRegistryName(TextOf(hello.registry_name));
  out.setProtocol(hello.protocol);
  out.setOldest(hello.oldest);
  out.setSite(TextOf(hello.site));
  out.setLane(DataOf(hello.lane));
  if (!hello.next.empty()) out.setNext(DataOf(hello.next));
  if (!hello.next.empty()) out.setVouched(DataOf(hello.vouched));
  if (!hello.noted.empty()) out.setNoted(DataOf(hello.noted));
}

absl::StatusOr<sync::Hello> Read(schema::Hello::Reader in) {
  sync::Hello hello;
  hello.registry = Text(in.getRegistry());
  hello.registry_name = Text(in.getRegistryName());
  hello.protocol = in.getProtocol();
  hello.oldest = in.getOldest();
  hello.site = Text(in.getSite());
  hello.lane = Bytes(in.getLane());
  hello.next = Bytes(in.getNext());
  hello.vouched = Bytes(in.getVouched());
  hello.noted = Bytes(in.getNoted());
  const size_t longest = std::max({hello.registry.size(), hello.registry_name.size(), hello.site.size()});
  if (longest > kWordBytes || hello.lane.size() != kKeyBytes) return Malformed("hello");
  const bool renews = hello.next.size() == kKeyBytes && hello.vouched.size() == kVouchedBytes;
  if (!renews && !(hello.next.empty() && hello.vouched.empty())) return Malformed("hello: its next key");
  if (!hello.noted.empty() && hello.noted.size() != kKeyBytes) return Malformed("hello: the key that it has noted");
  return hello;
}

void Write(const sync::Offer& offer, schema::Offer::Builder out) {
  Write(offer.state.lanes, out.initLanes(static_cast<unsigned>(offer.state.lanes.size())));
  out.setDigest(DataOf(Unhex(offer.state.digest)));
  out.setDocket(DataOf(Unhex(offer.state.docket)));
  out.setWaiting(offer.state.waiting);
  out.setHeld(offer.state.held);
  out.setHalted(offer.state.halted);
  out.setCosigned(offer.state.cosigned);
  auto runs = out.initRuns(static_cast<unsigned>(offer.runs.size()));
  for (unsigned i = 0; i < runs.size(); ++i) runs.set(i, DataOf(offer.runs[i]));
  out.setCosignatures(DataOf(offer.cosignatures));
  out.setRoom(static_cast<uint32_t>(offer.room));
  out.setDoubts(offer.doubts);
  if (!offer.heads.empty()) out.setHeads(DataOf(offer.heads));
  WriteDocuments(offer.documents, out);
}

absl::StatusOr<sync::Offer> Read(schema::Offer::Reader in) {
  sync::Offer offer;
  absl::StatusOr<std::vector<sync::LaneTip>> lanes = Read(in.getLanes());
  if (!lanes.ok()) return lanes.status();
  offer.state.lanes = *std::move(lanes);
  if (in.getDigest().size() != kDigestBytes || in.getDocket().size() != kDigestBytes) return Malformed("offer: its digests");
  offer.state.digest = Hex(in.getDigest());
  offer.state.docket = Hex(in.getDocket());
  offer.state.waiting = in.getWaiting();
  offer.state.held = in.getHeld();
  offer.state.halted = in.getHalted();
  offer.state.cosigned = in.getCosigned();
  for (const capnp::Data::Reader run : in.getRuns()) offer.runs.push_back(Bytes(run));
  if (in.getCosignatures().size() > kCosignatureBytes) return Malformed("offer: its cosignatures");
  offer.cosignatures = Bytes(in.getCosignatures());
  offer.doubts = in.getDoubts();
  offer.heads = Bytes(in.getHeads());
  if (const absl::Status documents = ReadDocuments(in, &offer.documents); !documents.ok()) return documents;
  offer.room = std::clamp<size_t>(in.getRoom(), sync::kRoomMin, sync::kRoomMax);
  return offer;
}

void Write(const sync::Sums& sums, schema::Session::SumsResults::Builder out) {
  out.setAt(sums.at);
  out.setSums(DataOf(sums.sums));
}

void Write(const sync::Parts& parts, schema::Session::PartsResults::Builder out) {
  out.setAt(parts.at);
  auto list = out.initParts(static_cast<unsigned>(parts.parts.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setKey(DataOf(parts.parts[i].key));
    list[i].setSum(DataOf(parts.parts[i].sum));
  }
}

sync::Sums Read(schema::Session::SumsResults::Reader in) { return {in.getAt(), Bytes(in.getSums())}; }

absl::StatusOr<sync::Parts> Read(schema::Session::PartsResults::Reader in) {
  sync::Parts parts{in.getAt(), {}};
  for (const schema::Part::Reader part : in.getParts()) {
    if (part.getKey().size() > kPartKeyBytes || part.getSum().size() != kSumBytes) return Malformed("parts");
    parts.parts.push_back({Bytes(part.getKey()), Bytes(part.getSum())});
  }
  return parts;
}

}  // namespace chancery::rpc
