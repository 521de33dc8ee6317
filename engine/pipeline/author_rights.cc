// Who may do what: officers are records of the register `officer`. As long as there is none, everybody may do everything.
#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/register/officers.h"
#include "engine/register/view.h"

namespace chancery {
namespace {

constexpr std::string_view kRights[] = {"admit", "approve", "correct", "file", "operate", "rule"};

absl::Status Refused(std::string_view officer, std::string_view why) {
  return Refuse({"authority", "authority", Cat(kOfficerRegister, "/", officer), std::string(why),
                 Cat("chancery get ", kOfficerRegister, "/", officer.empty() ? "NAME" : officer)});
}

}  // namespace

// Words of `may`: a right, or a right in one register.
absl::Status CheckRightWord(std::string_view word, const std::string& at, const Catalog& catalog) {
  const size_t colon = word.find(':');
  const std::string_view right = word.substr(0, colon);
  const bool known = std::find(std::begin(kRights), std::end(kRights), right) != std::end(kRights);
  if (known && (colon == word.npos || catalog.Find(word.substr(colon + 1)) != nullptr)) return absl::OkStatus();
  return Refuse({"type", "", at, Cat("\"", word, "\" is no right"),
                 "rights: file rule approve correct admit operate, or in one register, as file:parcel"});
}

absl::StatusOr<bool> Author::HasRight(std::string name, std::string_view right, std::string_view reg) {
  const RegisterInfo& officers = *work_.catalog().Find(kOfficerRegister);
  const FieldInfo& may = *officers.Find("may");
  for (size_t i = 0; i < kDeputies; ++i) {
    const std::optional<RecordKey> key = OfficerKey(name);
    if (!key) return false;
    ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(*key, officers));
    const Record& record = edit->record;
    const Value* until = ShownIn(record, *officers.Find("until"), work_.lanes);
    const bool over = until != nullptr && until->AsInteger() < now_ms_ / kDayMs && !Planted(Bug::kTermNeverEnds);
    if (!record.exists() || over) return false;
    for (const Element& element : record.elements) {
      if (element.field != may.handle || !Present(element, may.def)) continue;
      name.clear();  // who has rights of his own has no others
      const std::string_view word = element.value.payload();
      if (word == right || (!reg.empty() && word == Cat(right, ":", reg))) return true;
    }
    if (name.empty() || Planted(Bug::kDeputiesHaveNoRights)) return false;
    name = PrincipalIn(record, officers, work_.lanes);
  }
  return false;
}

absl::Status Author::CheckRight(const std::string& officer, std::string_view right, const std::set<std::string>& registers) {
  ASSIGN_OR_RETURN(const bool any, work_.AnyOfficer());
  if (!any) return absl::OkStatus();
  if (officer.empty()) return Refused(officer, "the entry names no officer, and this registry has officers");
  for (const std::string& reg : registers) {
    ASSIGN_OR_RETURN(const bool may, HasRight(officer, right, reg));
    if (!may)
      return Refused(officer,
                     Cat("officer ", officer, " may not ", right, reg.empty() ? "" : " in ", reg, " at this site today"));
  }
  return absl::OkStatus();
}

// Of a filing: to file, or to correct, in the registers that it writes; to admit where it writes of officers.
absl::Status Author::CheckFiler(const Entry& entry) {
  if (!work_.officers_here()) return absl::OkStatus();
  std::set<std::string> registers;
  bool admits = false;
  for (const Op& op : entry.ops) {
    const RegisterInfo& reg = *work_.catalog().Resolve(entry.packs[op.pack], op.reg)->reg;
    if (reg.of_officers) {
      admits = true;
    } else {
      registers.insert(reg.name);
    }
  }
  if (admits) RETURN_IF_ERROR(CheckRight(entry.officer, "admit", {""}));
  return CheckRight(entry.officer, entry.corrects ? "correct" : "file", registers);
}

// Of who weighs a case: the right, in the registers concerned, and no act of his own in it.
absl::Status Author::CheckJudge(const Case& c, const std::string& officer, std::string_view right) {
  std::set<std::string> registers;
  for (const CaseFact& fact : c.Facts()) {
    ASSIGN_OR_RETURN(const Entry entry, work_.journal.EntryAt(fact.dot));
    if (!officer.empty() && entry.officer == officer && entry.kind == EntryKind::kFiling && !Planted(Bug::kOwnActRuled))
      return Refuse({"authority", c.rule, c.shown,
                     Cat("nobody rules on his own act: ", officer, " filed ", work_.lanes.Short(fact.dot)),
                     "another officer rules on it"});
    for (const Op& op : entry.ops)
      if (const Ordinals* ordinals = work_.catalog().Resolve(entry.packs[op.pack], op.reg)) registers.insert(ordinals->reg->name);
  }
  if (registers.empty()) registers.insert("");  // of packs
  return CheckRight(officer, right, registers);
}

// A clerical correction settles nothing: what it writes must not be contested.
absl::Status Author::CheckCorrection(const Entry& entry) {
  for (const Op& op : entry.ops) {
    const Ordinals& ordinals = *work_.catalog().Resolve(entry.packs[op.pack], op.reg);
    const RecordKey key = RecordKeyOf(ordinals.reg->hash, op.key);
    ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, *ordinals.reg));
    for (const Change& change : op.changes) {
      const FieldInfo& field = *ordinals.fields[change.field];
      ASSIGN_OR_RETURN(const std::vector<Case> cases, batch_.docket().OfField(key, *edit, field));
      const auto contests = [](const Case& c) { return !c.notice; };
      const auto c = std::find_if(cases.begin(), cases.end(), contests);
      if (c != cases.end())
        return Refuse({"contested", c->rule, Cat(work_.AddressOf(key), "/", field.def.name),
                       Cat(work_.AddressOf(key), "/", field.def.name, " is contested: a correction settles no case"),
                       Cat("chancery case show ", c->rule, " ", c->shown)});
    }
  }
  return absl::OkStatus();
}

}  // namespace chancery
