#include "net/sync/cosigned.h"

#include <utility>

#include "net/sync/state.h"

namespace chancery::sync {
namespace {

constexpr size_t kHead = 8, kOne = 128;

template <class Function>
void ForEach(std::string_view cosignatures, const Function& function) {
  for (size_t at = kHead; at + kOne <= cosignatures.size(); at += kOne) function(cosignatures.substr(at, kOne));
}

}  // namespace

size_t CountCosignatures(std::string_view cosignatures) { return cosignatures.size() / kOne; }

void Cosigned::Add(std::string_view cosignatures) {
  ForEach(cosignatures, [this](std::string_view one) { known_.insert(NameOf(one)); });
}

std::string Cosigned::NewIn(const std::string& all) {
  std::string fresh = all.substr(0, kHead);
  std::set<uint64_t> still;
  ForEach(all, [&](std::string_view one) {
    const uint64_t name = NameOf(one);
    known_.contains(name) ? static_cast<void>(still.insert(name)) : static_cast<void>(fresh += one);
  });
  known_ = std::move(still);
  return fresh.size() > kHead ? fresh : "";
}

}  // namespace chancery::sync
