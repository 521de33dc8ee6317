// Entries, runs and records that between them have every kind and every member: for the golden vectors and as seeds of random
// tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/codec/entry.h"
#include "engine/codec/record.h"
#include "engine/codec/run.h"

namespace chancery::samples {

Entry Genesis();  // its id is the registry of all the others
RegistryId Registry();
Entry Filing();                                        // one creation with one field
Entry SmallEdit();                                     // one field of one record: the usual entry of a busy register
std::vector<std::pair<std::string, Entry>> Entries();  // all of them, with names

Run SmallRun();        // three entries, stored plain
Run LargeRun();        // 300 entries, stored compressed
Bundle SmallBundle();  // two small runs

Record TypicalRecord();    // eight fields of 184 bytes together, one entry wrote all
Record ContestedRecord();  // everything rare at once
std::vector<std::pair<std::string, Record>> Records();

}  // namespace chancery::samples
