// A receipt, a policy and a proof of growth from anybody, with zeros between them: judged without harm, and the same each time.
#include "chancery/receipt.h"

#include "engine/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto next = [&rest] {
    const std::string_view part = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(part.size() < rest.size() ? part.size() + 1 : part.size());
    return part;
  };
  const std::string_view file = next(), policy = next(), growth = rest;
  const auto view = VerifyReceipt(file, policy), again = VerifyReceipt(file, policy);
  CHECK(view.ok() == again.ok());
  const auto before = VerifyBefore(file, file, policy, growth);
  if (!view.ok()) {
    CHECK(!before.ok());
    return 0;
  }
  CHECK(view->verdict == again->verdict && view->reasons == again->reasons && view->says == again->says);
  CHECK(view->says.empty() == (view->verdict != "PROVEN"));
  CHECK(!before.ok() || (before->verdict != "PROVEN" && !before->two_versions));  // nothing is before itself, or not itself
  return 0;
}
