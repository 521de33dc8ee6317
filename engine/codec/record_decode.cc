#include <algorithm>
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

struct Blobs {
  Dot first = 0;  // of the writers
  std::string_view slots, rare;
};

// Takes the bytes that a pointer word names off the front of `words`; "" where it names others, or padding is not zero.
std::string_view TakeBlob(uint64_t pointer, size_t words_away, std::string_view* words) {
  const uint64_t bytes = pointer >> 35;
  const size_t taken = WordsFor(bytes) * kWordBytes, used = bytes % kWordBytes;  // of the last word
  if (pointer != BlobWord(words_away, bytes) || taken > words->size()) return {};
  const std::string_view blob = words->substr(0, bytes);
  if (used != 0 && WordAt(*words, taken / kWordBytes - 1) >> 8 * used != 0) return {};
  words->remove_prefix(taken);
  return blob;
}

// Of an intact row. Errors: nullopt, where the message is not as EncodeRecord writes it.
std::optional<Blobs> BlobsIn(std::string_view stored) {
  const std::string_view message = stored.substr(kCheckBytes);
  const uint64_t root = WordAt(message, 0), blobs = root >> 48;
  if (root != RootWord(blobs) || blobs < 1 || blobs > kBlobsMax || message.size() < FrontWords(blobs) * kWordBytes)
    return std::nullopt;
  std::string_view words = message.substr(FrontWords(blobs) * kWordBytes);
  Blobs found;
  found.first = WordAt(message, 1);
  found.slots = TakeBlob(WordAt(message, 2), blobs - 1, &words);
  if (blobs == 2) found.rare = TakeBlob(WordAt(message, 3), WordsFor(found.slots.size()), &words);
  const bool whole = words.empty() && SeqOf(found.first) != 0 && !found.slots.empty() && found.rare.empty() == (blobs == 1);
  return whole ? std::optional(found) : std::nullopt;
}

// An index that did not fit beside its flags: from `far` on.
uint64_t FarIndex(uint32_t far, ByteReader& in) {
  const uint64_t beyond = in.Varint();
  if (beyond > UINT32_MAX) in.Fail();
  return far + beyond;
}

struct Head {
  LifeForm life = kNoLife;
  bool rare_edits = false, ops = false;
  uint64_t touch = 0;
  uint64_t others = 0;  // writers beside the first, which follow
};

Head ReadHead(ByteReader& in) {
  const uint8_t b = in.U8();
  Head head{static_cast<LifeForm>(b & kLifeMask), (b & kRareEdits) != 0, (b & kOps) != 0,
            static_cast<uint64_t>(b >> kTouchShift)};
  if (head.touch == kFarTouch) head.touch = FarIndex(kFarTouch, in);
  if ((b & kOthers) == 0) return head;
  head.others = in.Varint();
  if (head.others < 1 || head.others > in.left() / 2) in.Fail();
  return head;
}

Dot ReadWriter(ByteReader& in) {
  const uint64_t handle = in.Varint(), seq = in.Varint();
  if (handle > UINT16_MAX || seq < 1 || seq > SeqOf(UINT64_MAX)) in.Fail();
  return MakeDot(static_cast<uint16_t>(handle), seq);
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
  if (field.writer == kFarWriter) field.writer = FarIndex(kFarWriter, in);
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
  RecordReader(const Blobs& blobs, Record* record)
      : writers_({blobs.first}), slots_(blobs.slots), rare_(blobs.rare), r_(*record) {}

  bool Read() { return ReadFront() && ReadFields() && ReadElements() && FinishTouch(); }

 private:
  bool ReadFront() {
    head_ = ReadHead(slots_);
    for (uint64_t i = 0; slots_.ok() && i < head_.others; ++i) writers_.push_back(ReadWriter(slots_));
    if (!slots_.ok()) return false;
    if (!ReadOps() || !ReadLife()) return false;
    if (!head_.rare_edits) return true;
    const uint64_t count = rare_.Varint();
    if (count > rare_.left() / 8) return false;
    for (uint64_t i = 0; i < count; ++i) {
      r_.edits.push_back(rare_.U64());
      if (SeqOf(r_.edits[i]) == 0 || (i > 0 && r_.edits[i - 1] >= r_.edits[i])) return false;
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
    r_.last_touch = writers_[head_.touch];
    for (uint32_t i = 0; i < head_.touch; ++i) {
      if (writers_[i] == r_.last_touch) return false;
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
    *dot = writers_[index];
    *op = ops_[index];
    if (index < used_) return true;
    for (uint32_t i = 0; i < used_; ++i) {
      if (writers_[i] == *dot && ops_[i] == *op) return false;
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
    return rare_.ok() && SeqOf(*dot) != 0 && v >> 1 <= 0xffff;
  }

  static bool ReadValue(ByteReader& in, uint8_t kind, Value* value) {
    const std::string_view payload = in.Sized();
    if (!in.ok() || kind > static_cast<uint8_t>(Kind::kTally)) return false;
    value->kind = static_cast<Kind>(kind);
    value->SetPayload(payload);
    return IsSound(value->kind, payload);
  }

  size_t writers() const { return writers_.size(); }

  Few<Dot, 8> writers_;
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
  const std::optional<Blobs> blobs = BlobsIn(stored);
  return blobs && RecordReader(*blobs, record).Read() ? absl::OkStatus() : Damaged();
}

FieldPeek PeekField(std::string_view stored, uint16_t field) {
  FieldPeek peek;
  if (!IsIntact(stored)) return peek;
  const std::optional<Blobs> blobs = BlobsIn(stored);
  if (!blobs) return peek;
  ByteReader in(blobs->slots);
  const Head head = ReadHead(in);
  ByteReader others = in;
  for (uint64_t i = 0; i < head.others && in.ok(); ++i) ReadWriter(in);
  for (uint64_t i = 0; head.ops && i <= head.others && in.ok(); ++i) in.Varint();
  if (head.life == kBorn) peek.born = blobs->first;
  peek.exists = head.life == kBorn || head.life == kRareLive;
  for (uint64_t next = 0; !in.AtEnd() && next <= field;) {
    const FieldHead at = ReadFieldHead(in);
    const bool several = at.kind() == kSeveral;
    const std::string_view payload = several ? std::string_view() : in.Sized();
    if (!in.ok() || at.gap > 0xffff || at.writer > head.others || (several && (at.last() || at.writer > 0))) return {};
    next += at.gap + 1;
    if (next != uint64_t{field} + 1) continue;
    if (!several && !IsSound(static_cast<Kind>(at.kind()), payload)) return {};
    peek.ok = peek.found = true;
    if (several) return peek;
    peek.single = true;
    peek.dot = blobs->first;
    for (uint64_t i = 0; i < at.writer; ++i) peek.dot = ReadWriter(others);
    peek.kind = static_cast<Kind>(at.kind());
    peek.payload = payload;
    return peek;
  }
  peek.ok = in.ok();
  return peek;
}

}  // namespace chancery
