// How often a run met what it must not be silent about.
#pragma once

#include "tests/model/history.h"
#include "tests/model/model.h"
#include "tests/model/picture.h"

namespace chancery::model {

void CountVerbs(const Draft& draft, Tally& tally);  // of a draft that was filed
void CountKinds(const Meaning& meaning, Tally& tally);
void CountOfficers(const Meaning& meaning, Tally& tally);
void CountShown(const Shown& shown, Tally& tally);

}  // namespace chancery::model
