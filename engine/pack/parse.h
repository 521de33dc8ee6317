// The reading of a pack, in three parts: registers and fields, then rules, which name them, then the whole.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack/pack.h"
#include "engine/pack/table_reader.h"

namespace chancery {

// A pack being read: what is there so far, what it may name, and what is wrong with it.
struct Reading {
  PackDef pack;
  const std::vector<PackDef>& loaded;  // may hold an earlier version of this pack, which counts for nothing here
  Problems problems;
  std::map<std::string, std::string> targets;  // reference fields ("parcel.parent") and the register each refers to

  bool Earlier(const PackDef& other) const { return other.name == pack.name; }
  std::vector<std::string> RegisterNames() const;                // of this pack and of the loaded ones
  const RegisterDef* FindRegister(std::string_view name) const;  // in this pack, else in a loaded one
};

// Fills reading.pack.registers from the table `register`.
void ReadRegisters(const toml::table& registers, Reading& reading);

// Checks that references name registers. After ReadRegisters.
void CheckReferences(const toml::table& registers, Reading& reading);

// Fills reading.pack.rules from the tables `[[rule]]`. After ReadRegisters.
void ReadRules(const toml::array& rules, Reading& reading);

// On any field or rule: outcome, hold, officers.
template <class Def>
void ReadHandling(TableReader& table, Def& def) {
  table.OneOf("outcome", {"notice"}, 0);
  def.notice = table.Has("outcome");
  def.hold = table.Flag("hold");
  def.officers = static_cast<int>(table.Integer("officers", 1, 2).value_or(0));
}

}  // namespace chancery
