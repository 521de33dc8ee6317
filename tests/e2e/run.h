// Drives the built command as a stranger would: arguments in, exit code, words and JSON out.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "chancery/types.h"
#include "tests/support/temp_dir.h"

namespace chancery::e2e {

struct Result {
  int code = -1;  // -1: ended by a signal
  int signal = 0;
  std::string out, err;

  std::vector<Literal> Lines() const;      // stdout as JSON, one object a line; fails the test where it is not
  Literal Last(const char* member) const;  // that member of the last line that has it; null if none
};

using Words = std::vector<std::string>;

// kill_after_us >= 0: SIGKILL that many microseconds after the start, or `signal` if given.
// by: what runs it, in front of the command.
struct RunOptions {
  std::string input;
  std::string dir;
  Words by = {};
  long kill_after_us = -1;
  int signal = 9;
};
Result Chancery(const Words& words, const RunOptions& options = {});

// A line of /bin/sh in `dir`, with $CHANCERY the command.
Result RunShell(const std::string& script, const std::string& dir);

std::string BinaryPath();  // of the command

std::string ReadAll(const std::string& path);
void WriteAll(const std::string& path, const std::string& bytes);

// A registry of land parcels with one site, in a directory of its own.
class Land {
 public:
  Land();
  Result At(const std::string& site, Words words, const std::string& input = "") const;  // --store DIR/SITE first
  Result Do(Words words, const std::string& input = "") const { return At("tallinn", std::move(words), input); }
  Result Json(Words words, const std::string& input = "") const;  // Do with --json
  Literal Status(const std::string& site = "tallinn") const;
  std::set<std::string> Entries(const std::string& site) const;  // the ids of all that it has
  // Founds `site` as a member with everything that tallinn has.
  void Join(const std::string& site) const;
  // Takes to `to` everything that `from` has.
  Result Carry(const std::string& from, const std::string& to) const;
  std::string operator/(const std::string& name) const { return dir_ / name; }

 private:
  TempDir dir_;
};

// {"create":"parcel/KEY","set":{"owner":"OWNER"}} as an entry's line.
std::string Create(const std::string& key, const std::string& owner);
std::string Sell(const std::string& key, const std::string& owner);

}  // namespace chancery::e2e
