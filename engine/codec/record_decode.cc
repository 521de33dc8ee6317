#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <tuple>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/codec/record.h"
#include "engine/codec/record_layout.h"

namespace chancery {
namespace {

using namespace layout;

bool IsIntact(std::string_view stored) {
  if (stored.size() <= kCheckBytes || stored.size() % kWordBytes != 0) return false;
  return ByteReader(stored).U64() == Xxh64(stored.substr(kCheckBytes));
}

uint64_t WordAt(std::string_view bytes, size_t word) {
  static_assert(std::endian::native == std::endian::little);  // as Cap'n Proto writes words
  uint64_t v = 0;
  std::memcpy(&v, bytes.data() + kWordBytes * word, sizeof v);
  return v;
}

struct Lists {
  Dot first = 0;  // of the writers
  std::string_view slots, others, rare;

  size_t writers() const { return 1 + others.size() / kWordBytes; }
  Dot Writer(size_t i) const { return i == 0 ? first : WordAt(others, i - 1); }
};

// Of an intact row. Errors: nullopt, where the message is not as EncodeRecord writes it.
std::optional<Lists> ListsIn(std::string_view stored) {
  const std::string_view message = stored.substr(kCheckBytes);
  const size_t words = message.size() / kWordBytes;
  const uint64_t root = WordAt(message, 0), lists = root >> 48;
  if (lists < 1 || lists > kListsMax || root != RootWord(lists) || words < FrontWords(lists)) return std::nullopt;
  std::array<std::string_view, kListsMax> found;
  size_t at = FrontWords(lists);  // where the next list begins
  for (size_t i = 0; i < lists; ++i) {
    const uint64_t pointer = WordAt(message, 2 + i), items = pointer >> 35, bytes = items * kLists[i].item_bytes;
    const size_t taken = WordsFor(bytes);
    if (pointer != ListWord(at - 3 - i, kLists[i], items) || taken > words - at) return std::nullopt;
    found[i] = message.substr(at * kWordBytes, bytes);
    at += taken;
    const size_t used = bytes % kWordBytes;  // of the last word; zeros behind it
    if (used != 0 && WordAt(message, at - 1) >> 8 * used != 0) return std::nullopt;
  }
  const Dot first = WordAt(message, 1);
  if (at != words || first == 0 || found[lists - 1].empty()) return std::nullopt;
  return Lists{first, found[kSlots], found[kOthers], found[kRare]};
}

struct Head {
  LifeForm life = kNoLife;
  bool rare_edits = false, ops = false;
  uint64_t touch = 0;
};

Head ReadHead(ByteReader& in) {
  const uint8_t b = in.U8();
  Head head{static_cast<LifeForm>(b & kLifeMask), (b & kRareEdits) != 0, (b & kOps) != 0,
            static_cast<uint64_t>(b >> kTouchShift)};
  if (head.touch == kFarTouch) head.touch += in.Varint();
  return head;
}

struct FieldHead {
  uint64_t gap = 0;     // handles left out since the field before
  uint64_t writer = 0;  // index
  uint8_t what = 0;
  uint8_t kind() const { return what & kKindMask; }
  bool last() const { return (what & kLast) != 0; }
};

inline FieldHead ReadFieldHead(ByteReader& in) {
  FieldHead field;
  field.gap = in.Varint();
  field.what = in.U8();
  field.writer = field.what >> kWriterShift;
  if (field.writer == kFarWriter) field.writer += in.Varint();
  return field;
}

// What the readers of these kinds rely on. Text was checked on its way in, and the check sum vouches for it since.
bool IsSound(Kind kind, std::string_view payload) {
  return kind == Kind::kText || kind == Kind::kReference || kind == Kind::kBytes || Value::IsCanonical(kind, payload);
}

template <class T>
bool Follows(const Few<T>& items) {
  if (items.size() < 2) return true;
  const T &a = items[items.size() - 2], &b = items.back();
  return std::tie(a.dot, a.op) < std::tie(b.dot, b.op);
}

// Reads a whole record; false on the first thing that EncodeRecord would not have written.
class RecordReader {
 public:
  RecordReader(const Lists& lists, Record* record) : lists_(lists), slots_(lists.slots), rare_(lists.rare), r_(*record) {}

  bool Read() { return ReadFront() && ReadFields() && ReadElements() && FinishTouch(); }

 private:
  bool ReadFront() {
    head_ = ReadHead(slots_);
    if (!slots_.ok() || writers() > slots_.left() + 2) return false;
    if (!ReadOps() || !ReadLife()) return false;
    if (!head_.rare_edits) return true;
    const uint64_t count = rare_.Varint();
    if (count > rare_.left() / 8) return false;
    for (uint64_t i = 0; i < count; ++i) {
      r_.edits.push_back(rare_.U64());
      if (i > 0 && r_.edits[i - 1] >= r_.edits[i]) return false;
    }
    return rare_.ok();
  }

  bool ReadOps() {
    ops_.resize(writers());
    if (!head_.ops) return true;
    bool any = false;
    for (uint16_t& op : ops_) {
      const uint64_t v = slots_.Varint();
      if (v > 0xffff) return false;
      op = static_cast<uint16_t>(v);
      any |= v != 0;
    }
    return any && slots_.ok();
  }

  bool ReadLife() {
    if (head_.life == kNoLife) return true;
    if (head_.life == kBorn) {
      Life mark;
      if (!Use(0, &mark.dot, &mark.op)) return false;
      r_.life.push_back(mark);
      return true;
    }
    const uint64_t count = rare_.Varint();
    if (count > rare_.left() / 11) return false;
    for (uint64_t i = 0; i < count; ++i) {
      Life mark;
      if (!ReadStamp(&mark.dot, &mark.hlc, &mark.op, &mark.live)) return false;
      const uint8_t ruled = rare_.U8();
      mark.ruled = ruled == 1;
      r_.life.push_back(mark);
      if (ruled > 1 || !Follows(r_.life)) return false;
    }
    return count != 1 || !r_.life[0].live || r_.life[0].ruled;
  }

  bool ReadFields() {
    uint64_t next = 0;
    r_.slots.reserve(std::min<size_t>(slots_.left() / 3, 16));
    while (!slots_.AtEnd()) {
      const FieldHead field = ReadFieldHead(slots_);
      if (!slots_.ok() || field.gap > 0xffff - std::min<uint64_t>(next, 0xffff) || next + field.gap > 0xffff) return false;
      Slot slot;
      slot.field = static_cast<uint16_t>(next + field.gap);
      next += field.gap + 1;
      if (!(field.kind() == kSeveral ? ReadSeveral(field, &slot.cell) : ReadAlone(field, &slot.cell))) return false;
      r_.slots.push_back(std::move(slot));
    }
    return slots_.ok();
  }

  bool ReadAlone(const FieldHead& field, Cell* cell) {
    Write write;
    write.last = field.last();
    if (!Use(field.writer, &write.dot, &write.op) || !ReadValue(slots_, field.kind(), &write.value)) return false;
    cell->push_back(std::move(write));
    return true;
  }

  bool ReadSeveral(const FieldHead& field, Cell* cell) {
    const uint64_t count = rare_.Varint();
    if (field.last() || field.writer != 0 || count < 2 || count > rare_.left() / 12) return false;
    for (uint64_t i = 0; i < count; ++i) {
      Write write;
      if (!ReadStamp(&write.dot, &write.hlc, &write.op, &write.last)) return false;
      if (!ReadValue(rare_, rare_.U8(), &write.value)) return false;
      cell->push_back(std::move(write));
      if (!Follows(*cell)) return false;
    }
    return true;
  }

  bool ReadElements() {
    while (!rare_.AtEnd()) {
      Element element;
      const uint64_t field = rare_.Varint();
      if (field > 0xffff || !ReadValue(rare_, rare_.U8(), &element.value)) return false;
      element.field = static_cast<uint16_t>(field);
      const uint64_t count = rare_.Varint();
      if (count < 1 || count > rare_.left() / 10) return false;
      for (uint64_t i = 0; i < count; ++i) {
        Mark mark;
        if (!ReadStamp(&mark.dot, &mark.hlc, &mark.op, &mark.add)) return false;
        element.marks.push_back(mark);
        if (!Follows(element.marks)) return false;
      }
      if (!r_.elements.empty()) {
        const Element& before = r_.elements.back();
        if (std::tie(before.field, before.value) >= std::tie(element.field, element.value)) return false;
      }
      r_.elements.push_back(std::move(element));
    }
    return rare_.ok();
  }

  // The last touch is the first writer with its dot, or one of its own at the end of the table.
  bool FinishTouch() {
    if (head_.touch >= writers()) return false;
    r_.last_touch = lists_.Writer(head_.touch);
    for (uint32_t i = 0; i < head_.touch; ++i) {
      if (lists_.Writer(i) == r_.last_touch) return false;
    }
    if (head_.touch == used_ && ops_[head_.touch] == 0) ++used_;
    Few<Dot> usual = UsualEdits(r_);
    if (used_ != writers() || (head_.rare_edits && r_.edits == usual)) return false;
    if (!head_.rare_edits) r_.edits = std::move(usual);
    if (head_.life == kNoLife) return r_.edits.empty();
    if (head_.life == kRareLive && r_.life.empty()) return !r_.edits.empty();
    return head_.life == kBorn || (!r_.life.empty() && r_.exists() == (head_.life == kRareLive));
  }

  // Writers stand in the table in order of first use, none twice.
  bool Use(uint64_t index, Dot* dot, uint16_t* op) {
    if (index >= writers() || index > used_) return false;
    *dot = lists_.Writer(index);
    *op = ops_[index];
    if (index < used_) return true;
    for (uint32_t i = 0; i < used_; ++i) {
      if (lists_.Writer(i) == *dot && ops_[i] == *op) return false;
    }
    ++used_;
    return true;
  }

  bool ReadStamp(Dot* dot, Hlc* hlc, uint16_t* op, bool* flag) {
    *dot = rare_.U64();
    *hlc = rare_.Varint();
    const uint64_t v = rare_.Varint();
    *op = static_cast<uint16_t>(v >> 1);
    *flag = v & 1;
    return rare_.ok() && v >> 1 <= 0xffff;
  }

  static bool ReadValue(ByteReader& in, uint8_t kind, Value* value) {
    const std::string_view payload = in.Sized();
    if (!in.ok() || kind > static_cast<uint8_t>(Kind::kTally)) return false;
    value->kind = static_cast<Kind>(kind);
    value->SetPayload(payload);
    return IsSound(value->kind, payload);
  }

  size_t writers() const { return lists_.writers(); }

  const Lists& lists_;
  ByteReader slots_, rare_;
  Record& r_;
  Head head_;
  Few<uint16_t, 8> ops_;  // a writer's op
  uint32_t used_ = 0;     // writers met so far
};

absl::Status Damaged() { return Error(absl::StatusCode::kDataLoss, "a stored record is damaged"); }

}  // namespace

absl::StatusOr<Record> DecodeRecord(std::string_view stored) {
  Record record;
  RETURN_IF_ERROR(DecodeRecord(stored, &record));
  return record;
}

absl::Status DecodeRecord(std::string_view stored, Record* record) {
  record->Clear();
  if (!IsIntact(stored)) return Damaged();
  const std::optional<Lists> lists = ListsIn(stored);
  return lists && RecordReader(*lists, record).Read() ? absl::OkStatus() : Damaged();
}

FieldPeek PeekField(std::string_view stored, uint16_t field) {
  FieldPeek peek;
  if (!IsIntact(stored)) return peek;
  const std::optional<Lists> lists = ListsIn(stored);
  if (!lists) return peek;
  const size_t writers = lists->writers();
  ByteReader in(lists->slots);
  const Head head = ReadHead(in);
  for (size_t i = 0; head.ops && i < writers; ++i) in.Varint();
  if (head.life == kBorn) peek.born = lists->first;
  peek.exists = head.life == kBorn || head.life == kRareLive;
  for (uint64_t next = 0; !in.AtEnd() && next <= field;) {
    const FieldHead at = ReadFieldHead(in);
    const bool several = at.kind() == kSeveral;
    const std::string_view payload = several ? std::string_view() : in.Sized();
    if (!in.ok() || at.gap > 0xffff || at.writer >= writers) return {};
    next += at.gap + 1;
    if (next != uint64_t{field} + 1) continue;
    peek.ok = peek.found = true;
    if (several) return peek;
    peek.single = true;
    peek.dot = lists->Writer(at.writer);
    peek.kind = static_cast<Kind>(at.kind());
    peek.payload = payload;
    return peek;
  }
  peek.ok = in.ok();
  return peek;
}

}  // namespace chancery
