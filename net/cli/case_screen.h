// Cases in words.
#pragma once

#include <string>
#include <vector>

#include "net/cli/command.h"

namespace chancery::cli {

// The list of cases, printed as it is read; notices are counted apart, for they wait for nobody. True: some case waits.
absl::StatusOr<bool> PrintDocket(const Command& command, const Snapshot& now, const CaseFilter& filter);

// One case: what it is about and in what state, the acts side by side (two) or one below the other (more), what is shown
// meanwhile, what was decided, what to type next.
std::string CaseScreen(const Command& command, const Snapshot& now, const CaseView& one);

// What a ruling would do.
std::string PreviewScreen(const CaseView& before, const RulingPreview& preview);

// The question a case asks: the rule's title, or made from its kind.
std::string Question(const CaseView& one);

}  // namespace chancery::cli
