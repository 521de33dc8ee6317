// JSON from anybody, and the entries, rulings and approvals in it: a value that is printed is read as the same one.
#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/text/draft_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = ParseJson(text);
  const auto draft = ParseDraft(text);
  const auto ruling = ParseRuling(text);
  const auto approval = ParseApproval(text);
  if (!value.ok()) {
    CHECK(!draft.ok() && !ruling.ok() && !approval.ok());
    return 0;
  }
  const std::string printed = value->Json();
  const auto again = ParseJson(printed);
  CHECK(again.ok() && *again == *value && again->Json() == printed);
  CHECK(draft.ok() == ParseDraft(printed).ok() && ruling.ok() == ParseRuling(printed).ok());
  if (draft.ok()) CHECK(DraftOf(*again).ok() && CheckDraft(*draft) == CheckDraft(*DraftOf(*again)));
  return 0;
}
