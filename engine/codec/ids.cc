#include <algorithm>

#include "engine/base/strings.h"
#include "engine/codec/entry.h"

namespace chancery {

EntryId IdOf(std::string_view entry_bytes) { return Sha256({std::string_view("\0", 1), entry_bytes}); }

EntryId IdOf(std::string_view header, uint64_t seq, Hlc hlc, std::string_view body) {
  thread_local ByteBuffer bytes;  // joined: a call of the hash for each part costs more than the copy
  bytes.Clear();
  bytes.U8(0);
  bytes.Raw(header);
  bytes.Varint(seq);
  bytes.U64(hlc);
  bytes.Raw(body);
  return Sha256({bytes.view()});
}

LaneId LaneOf(const PublicKey& key) { return ByteReader(Sha256({key.view()}).view()).U64(); }

PackId PackIdOf(std::string_view toml) { return HashParts({toml}); }

std::string RulingAct(const Ruling& ruling, const std::vector<Place>& withdrawn) {
  ByteWriter w;
  for (const std::string_view part :
       {std::string_view("ruling"), std::string_view(ruling.rule), std::string_view(ruling.subject)}) {
    w.Raw(part);
    w.U8(0);
  }
  for (const Place& place : withdrawn) {
    w.U64(place.lane);
    w.Varint(place.seq);
  }
  return std::move(w.out);
}

Hash128 CaseId(std::string_view rule, std::string_view subject) { return HashParts({"case", rule, subject}); }

Hash128 ClashId(std::string_view rule, std::string_view subject, const EntryId& a, uint32_t op_a, const EntryId& b,
                uint32_t op_b) {
  struct FactBytes {
    char bytes[sizeof(EntryId) + 4];
    FactBytes(const EntryId& id, uint32_t op) {
      Pen(bytes).Raw(id.view());
      PutBig(bytes + sizeof(EntryId), op, 4);
    }
    std::string_view view() const { return {bytes, sizeof bytes}; }
  };
  const FactBytes fact_a(a, op_a), fact_b(b, op_b);
  std::string_view first = fact_a.view(), second = fact_b.view();
  if (second < first) std::swap(first, second);
  return HashParts({"clash", rule, subject, first, second});
}

}  // namespace chancery
