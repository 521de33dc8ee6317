// The registry workload: parcels and edits, the same bytes for every store that is measured. 200 bytes a record: a key of 16 and
// eight fields that take 184 when they are packed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::bench {

// Mulberry32: small, seeded, the same in C and JavaScript.
class Generator {
 public:
  explicit Generator(uint32_t seed) : state_(seed) {}
  uint32_t Next();
  uint32_t Below(uint32_t n) { return Next() % n; }
  std::string Text(size_t size);  // of 0-9a-z

 private:
  uint32_t state_;
};

struct Parcel {
  std::string key;  // "P" and 15 digits
  std::string owner, shares, address, status, zone, note;
  int64_t area = 0, updated = 0;
  std::string Packed() const;  // 184 bytes, fixed places: owner at 0, status at 84
};
inline constexpr size_t kPackedBytes = 184, kKeyBytes = 16, kPayloadBytes = kPackedBytes + kKeyBytes;
inline constexpr size_t kOwnerAt = 0, kStatusAt = 84;

inline constexpr uint32_t kACommit = 1000;  // records or edits in one durable transaction

std::string KeyOf(uint32_t parcel);
Parcel ParcelOf(uint32_t number);
std::vector<Parcel> Parcels(uint32_t first, uint32_t count);
inline std::vector<Parcel> Parcels(uint32_t count) { return Parcels(0, count); }

// One new value in one field of one parcel.
struct Edit {
  std::string key;    // of the parcel
  bool owner = true;  // else status
  std::string value;  // 24 bytes, or 8
  size_t at() const { return owner ? kOwnerAt : kStatusAt; }
};

// `edits` different parcels of `parcels`, in random order: what one site does while it is cut off.
std::vector<Edit> Edits(uint32_t parcels, uint32_t edits, uint32_t site);
// Where two sites changed one field of one parcel, ascending by key: what has to be on the docket once both are together.
std::vector<Edit> Clashing(const std::vector<Edit>& ours, const std::vector<Edit>& theirs);
// New owners of random parcels, with repetition: what one writer does.
std::vector<Edit> Transfers(uint32_t parcels, uint32_t edits, uint32_t seed);
// New owners of all parcels in their order, `rounds` times.
std::vector<Edit> Rounds(uint32_t parcels, uint32_t rounds);
// Random parcels, with repetition: what readers look up.
std::vector<uint32_t> Lookups(uint32_t parcels, uint32_t lookups);

}  // namespace chancery::bench
