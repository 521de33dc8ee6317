// A record as merged: what stands, who wrote it. In memory here; at rest as schemas/record.capnp, read in place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/few.h"
#include "engine/crdt/cell.h"

namespace chancery {

struct Slot {
  uint16_t field = 0;  // the store's handle of the field
  Cell cell;           // one write as a rule; several = concurrent
  bool operator==(const Slot&) const = default;
};

struct Mark {  // a standing addition or removal of a set element
  Dot dot = 0;
  Hlc hlc = 0;
  uint16_t op = 0;
  bool add = true;
  bool operator==(const Mark&) const = default;
};

struct Element {
  uint16_t field = 0;
  Value value;
  Few<Mark> marks;  // ascending by dot
  bool operator==(const Element&) const = default;
};

struct Life {  // a standing creation or deletion, or what a ruling said of the record's existence
  Dot dot = 0;
  Hlc hlc = 0;
  uint16_t op = 0;
  bool live = true;
  bool ruled = false;
  bool operator==(const Life&) const = default;
};

struct Record {
  Dot last_touch = 0;             // the entry applied here last: head of the record's touch chain. Local, never in a digest
  Few<Dot> edits;                 // entries whose edit says that the record exists, and that no later one takes up; ascending
  Few<Life> life;                 // ascending by dot
  std::vector<Slot> slots;        // ascending by field
  std::vector<Element> elements;  // ascending by (field, value)
  bool operator==(const Record&) const = default;

  void Clear();         // its memory is kept
  bool exists() const;  // something live stands: a creation, an edit, a ruling
  Cell* Find(uint16_t field);
  const Cell* Find(uint16_t field) const;
  Cell& At(uint16_t field);                           // inserted empty where missing
  Few<Mark>& At(uint16_t field, const Value& value);  // inserted empty where missing
};

// The stored bytes: XXH3-64 of the rest (8 bytes), then the message of schemas/record.capnp in canonical form, which the library
// reads as well. A multiple of 8.
// Standing writes that stand alone keep no hlc (the journal has it); writes of a cell with several do.
std::string EncodeRecord(const Record& record);
void EncodeRecord(const Record& record, ByteBuffer& out);  // written over what it held

// The same of a record that one operation begins and wrote each of these fields, ascending: without the record.
struct LoneWrite {
  uint16_t field = 0;
  bool last = false;  // as in Write
  const Value* value = nullptr;
};
void EncodeBegun(Dot dot, uint16_t op, absl::Span<const LoneWrite> writes, ByteBuffer& out);

// Values of the record borrow from `stored`. Errors: DataLoss (the check differs or the message is malformed).
absl::StatusOr<Record> DecodeRecord(std::string_view stored);
absl::Status DecodeRecord(std::string_view stored, Record* record);  // written over what it held

// Reads one field in place, without allocation. found = the field has a slot; single = exactly one standing write, whose kind and
// payload point into `stored`. Where single is false decode the record. ~60 ns for a small record, the check included.
struct FieldPeek {
  bool ok = false;      // false: damaged
  bool exists = false;  // the record has a standing creation
  Dot born = 0;         // its entry, where nothing else stands of creations, deletions and rulings on whether it exists
  bool found = false;
  bool single = false;
  Dot dot = 0;
  Kind kind = Kind::kUnset;
  std::string_view payload;
};
FieldPeek PeekField(std::string_view stored, uint16_t field);

}  // namespace chancery
