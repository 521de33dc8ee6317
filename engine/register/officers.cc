#include "engine/register/officers.h"

#include "chancery/types.h"
#include "engine/base/limits.h"
#include "engine/register/view.h"

namespace chancery {

std::optional<RecordKey> OfficerKey(std::string_view name) {
  if (name.empty() || name.size() > limits::kKeyBytes) return std::nullopt;
  static const uint64_t hash = Name64(kOfficerRegister);
  return RecordKeyOf(hash, name);
}

std::string PrincipalIn(const Record& record, const RegisterInfo& officers, const Lanes& lanes) {
  const Value* principal = record.exists() ? ShownIn(record, *officers.Find("for"), lanes) : nullptr;
  const absl::StatusOr<Address> address = principal == nullptr ? Address() : Address::Parse(principal->payload());
  return address.ok() ? address->key : "";
}

}  // namespace chancery
