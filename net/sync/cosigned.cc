#include "net/sync/cosigned.h"

namespace chancery::sync {
namespace {

// docs/reference/order.md#cosignatures: a head, then each of one size.
constexpr size_t kHead = 8, kEach = 128, kSignature = 64, kName = 32;

}  // namespace

void Cosigned::Note(std::string_view bytes) {
  for (size_t at = kHead; at + kEach <= bytes.size(); at += kEach) there_.emplace(bytes.substr(at + kSignature, kName));
}

std::string Cosigned::New(std::string_view all) {
  std::string fresh(all.substr(0, kHead));
  for (size_t at = kHead; at + kEach <= all.size(); at += kEach)
    if (there_.emplace(all.substr(at + kSignature, kName)).second) fresh += all.substr(at, kEach);
  return fresh.size() > kHead ? fresh : "";
}

}  // namespace chancery::sync
