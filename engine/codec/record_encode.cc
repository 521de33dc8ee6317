#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/codec/record.h"
#include "engine/codec/record_layout.h"

namespace chancery {
namespace {

using namespace layout;

struct Writer {
  Dot dot = 0;
  uint16_t op = 0;
};

// The parts of a record while it is encoded; kept by each thread, so that a steady stream of records allocates nothing here.
struct Parts {
  std::vector<Writer> writers;
  ByteBuffer slots, rare, fields;
  void Clear() {
    writers.clear();
    for (ByteBuffer* w : {&slots, &rare, &fields}) w->Clear();
  }
};

// Index in order of first use. Few writers as a rule: a plain search.
uint32_t IndexOf(std::vector<Writer>& writers, Dot dot, uint16_t op) {
  for (uint32_t i = 0; i < writers.size(); ++i) {
    if (writers[i].dot == dot && writers[i].op == op) return i;
  }
  writers.push_back({dot, op});
  return static_cast<uint32_t>(writers.size() - 1);
}

uint32_t TouchOf(std::vector<Writer>& writers, Dot dot) {
  for (uint32_t i = 0; i < writers.size(); ++i) {
    if (writers[i].dot == dot) return i;
  }
  writers.push_back({dot, 0});
  return static_cast<uint32_t>(writers.size() - 1);
}

template <class T>
bool Ascending(const Few<T>& items) {
  const auto wrong = [](const T& a, const T& b) { return std::tie(a.dot, a.op) >= std::tie(b.dot, b.op); };
  return std::adjacent_find(items.begin(), items.end(), wrong) == items.end();
}

void PutStamp(ByteBuffer& w, Dot dot, Hlc hlc, uint16_t op, bool flag) {
  w.U64(dot);
  w.Varint(hlc);
  w.Varint(static_cast<uint32_t>(op) << 1 | (flag ? 1 : 0));
}

LifeForm PutLife(Parts& p, const Record& record) {
  const Few<Life>& life = record.life;
  if (life.empty() && record.edits.empty()) return kNoLife;
  CHECK(Ascending(life));
  if (life.size() == 1 && life[0].live && !life[0].ruled) {
    IndexOf(p.writers, life[0].dot, life[0].op);
    return kBorn;
  }
  p.rare.Varint(life.size());
  for (const Life& mark : life) {
    PutStamp(p.rare, mark.dot, mark.hlc, mark.op, mark.live);
    p.rare.U8(mark.ruled ? 1 : 0);
  }
  return record.exists() ? kRareLive : kRareDead;
}

bool PutEdits(Parts& p, const Record& record) {
  if (record.edits == UsualEdits(record)) return false;
  p.rare.Varint(record.edits.size());
  for (size_t i = 0; i < record.edits.size(); ++i) {
    CHECK(i == 0 || record.edits[i - 1] < record.edits[i]);
    p.rare.U64(record.edits[i]);
  }
  return true;
}

size_t AloneBytesMost(const Value& value) { return 1 + 3 * kVarintBytes + value.payload().size(); }

void PutAlone(Pen& pen, uint32_t gap, uint32_t writer, bool last, const Value& value) {
  const uint32_t near = std::min(writer, kFarWriter);
  pen.Varint(gap);
  pen.U8(static_cast<uint8_t>(static_cast<uint8_t>(value.kind) | (last ? kLast : 0) | near << kWriterShift));
  if (near == kFarWriter) pen.Varint(writer - kFarWriter);
  pen.Sized(value.payload());
}

void PutSeveral(Parts& p, uint32_t gap, const Cell& cell) {
  CHECK(Ascending(cell));
  p.fields.Varint(gap);
  p.fields.U8(kSeveral);
  p.rare.Varint(cell.size());
  for (const Write& write : cell) {
    PutStamp(p.rare, write.dot, write.hlc, write.op, write.last);
    p.rare.U8(static_cast<uint8_t>(write.value.kind));
    p.rare.Sized(write.value.payload());
  }
}

void PutFields(Parts& p, const std::vector<Slot>& slots) {
  int before = -1;
  for (const Slot& slot : slots) {
    if (slot.cell.empty()) continue;
    CHECK(slot.field > before);
    const auto gap = static_cast<uint32_t>(slot.field - before - 1);
    before = slot.field;
    if (slot.cell.size() == 1) {
      const Write& write = slot.cell[0];
      const uint32_t writer = IndexOf(p.writers, write.dot, write.op);
      p.fields.Within(AloneBytesMost(write.value), [&](Pen& pen) { PutAlone(pen, gap, writer, write.last, write.value); });
    } else {
      PutSeveral(p, gap, slot.cell);
    }
  }
}

void PutElements(Parts& p, const std::vector<Element>& elements) {
  const Element* before = nullptr;
  for (const Element& element : elements) {
    CHECK(before == nullptr || std::tie(before->field, before->value) < std::tie(element.field, element.value));
    before = &element;
    if (element.marks.empty()) continue;
    CHECK(Ascending(element.marks));
    p.rare.Varint(element.field);
    p.rare.U8(static_cast<uint8_t>(element.value.kind));
    p.rare.Sized(element.value.payload());
    p.rare.Varint(element.marks.size());
    for (const Mark& mark : element.marks) PutStamp(p.rare, mark.dot, mark.hlc, mark.op, mark.add);
  }
}

void PutHead(Parts& p, LifeForm life, bool rare_edits, uint32_t touch) {
  const bool ops = std::any_of(p.writers.begin(), p.writers.end(), [](const Writer& w) { return w.op != 0; });
  const uint32_t near = std::min(touch, kFarTouch);
  const size_t others = p.writers.size() - 1;
  p.slots.U8(static_cast<uint8_t>(life | (rare_edits ? kRareEdits : 0) | (ops ? kOps : 0) | (others > 0 ? kOthers : 0) |
                                  near << kTouchShift));
  if (near == kFarTouch) p.slots.Varint(touch - kFarTouch);
  if (others > 0) p.slots.Varint(others);
  for (size_t i = 1; i <= others; ++i) {
    p.slots.Varint(HandleOf(p.writers[i].dot));
    p.slots.Varint(SeqOf(p.writers[i].dot));
  }
  if (!ops) return;
  for (const Writer& writer : p.writers) p.slots.Varint(writer.op);
}

static_assert(std::endian::native == std::endian::little);  // as Cap'n Proto writes words
void PutWord(uint64_t word, char* to) { std::memcpy(to, &word, sizeof word); }

// What stands before slots and rare, and the check of all, where those stand already.
void PutFront(Dot first, size_t slots, size_t rare, char* row, size_t row_bytes) {
  CHECK(first != 0);  // no entry has number 0; canonical form would leave the word out
  const size_t blobs = rare > 0 ? 2 : 1;
  char* to = row + kCheckBytes;
  PutWord(RootWord(blobs), to);
  PutWord(first, to += kWordBytes);
  PutWord(BlobWord(blobs - 1, slots), to += kWordBytes);
  if (rare > 0) PutWord(BlobWord(WordsFor(slots), rare), to += kWordBytes);
  StoreBig64(Xxh64({row + kCheckBytes, row_bytes - kCheckBytes}), row);
}

void Pad(ByteBuffer& out) { out.Zeros(WordsFor(out.size()) * kWordBytes - out.size()); }

void Build(const Parts& p, ByteBuffer& out) {
  out.Clear();
  out.Zeros(kCheckBytes + FrontWords(p.rare.size() > 0 ? 2 : 1) * kWordBytes);
  out.Raw(p.slots.view());
  out.Raw(p.fields.view());
  Pad(out);
  out.Raw(p.rare.view());
  Pad(out);
  PutFront(p.writers[0].dot, p.slots.size() + p.fields.size(), p.rare.size(), out.data(), out.size());
}

}  // namespace

std::string EncodeRecord(const Record& record) {
  ByteBuffer out;
  EncodeRecord(record, out);
  return std::string(out.view());
}

void EncodeRecord(const Record& record, ByteBuffer& out) {
  thread_local Parts parts;
  parts.Clear();
  const LifeForm life = PutLife(parts, record);
  const bool rare_edits = PutEdits(parts, record);
  PutFields(parts, record.slots);
  PutElements(parts, record.elements);
  PutHead(parts, life, rare_edits, TouchOf(parts.writers, record.last_touch));
  Build(parts, out);
}

void EncodeBegun(Dot dot, uint16_t op, absl::Span<const LoneWrite> writes, ByteBuffer& out) {
  constexpr size_t kFront = kCheckBytes + FrontWords(1) * kWordBytes;
  size_t most = kFront + 1 + kVarintBytes + kWordBytes;
  for (const LoneWrite& write : writes) most += AloneBytesMost(*write.value);
  out.Clear();
  char* const row = out.Room(most);
  Pen pen(row + kFront);
  pen.U8(static_cast<uint8_t>(kBorn | (op != 0 ? kOps : 0)));
  if (op != 0) pen.Varint(op);
  int before = -1;
  for (const LoneWrite& write : writes) {
    CHECK(write.field > before);
    PutAlone(pen, static_cast<uint32_t>(write.field - before - 1), 0, write.last, *write.value);
    before = write.field;
  }
  const auto bytes = static_cast<size_t>(pen.at() - row);
  PutWord(0, pen.at());  // the padding
  out.Took(WordsFor(bytes) * kWordBytes);
  PutFront(dot, bytes - kFront, 0, row, out.size());
}

}  // namespace chancery
