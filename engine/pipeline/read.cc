#include "engine/pipeline/read.h"

#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/kept.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

template <class T>
std::string Names(const T& named) {
  std::string out;
  for (const auto& name : named) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

Literal SetLiteral(const Record& record, const FieldInfo& field) {
  std::vector<std::pair<std::string, Literal>> sorted;
  for (const Element& element : record.elements)
    if (element.field == field.handle && Present(element, field.def))
      sorted.emplace_back(ShowJson(element.value), ShowValue(element.value));
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Literal list = Literal::List();
  for (auto& [json, literal] : sorted) list.list.push_back(std::move(literal));
  return list;
}

}  // namespace

std::vector<std::string> PremiseTexts(const std::vector<Premise>& premises) {
  std::vector<std::string> out;
  for (const Premise& p : premises) out.push_back(p.scope == Premise::Scope::kClaim ? Cat(p.address, " ", p.value) : p.address);
  return out;
}

absl::StatusOr<const RegisterInfo*> Reader::Register(std::string_view name) const {
  if (const RegisterInfo* reg = work_.catalog().Find(name)) return reg;
  std::vector<std::string> names;
  for (const auto& [known, reg] : work_.catalog().registers()) names.push_back(known);
  return Error(absl::StatusCode::kInvalidArgument, Cat("no register \"", name, "\""), Cat("registers here: ", Names(names)));
}

absl::StatusOr<const FieldInfo*> Reader::FieldOf(const RegisterInfo& reg, std::string_view name) const {
  if (const FieldInfo* field = reg.Find(name)) return field;
  std::vector<std::string> names;
  for (const FieldInfo* field : reg.by_name) names.push_back(field->def.name);
  return Error(absl::StatusCode::kInvalidArgument, Cat("register ", reg.name, " has no field \"", name, "\""),
               Cat("its fields: ", Names(names)));
}

absl::StatusOr<Reader::Found> Reader::Locate(std::string_view text) {
  Found found;
  ASSIGN_OR_RETURN(found.address, Address::Parse(text));
  ASSIGN_OR_RETURN(found.reg, Register(found.address.reg));
  if (!found.address.field.empty()) {
    ASSIGN_OR_RETURN(found.field, FieldOf(*found.reg, found.address.field));
  }
  found.key = RecordKeyOf(found.reg->hash, found.address.key);
  return found;
}

// Fields of one value at a time: every value that stands.
void Reader::ShowStanding(const RecordEdit& edit, const FieldInfo& field, FieldView& view) const {
  const Cell* cell = edit.record.Find(field.handle);
  if (field.def.type == FieldType::kState && edit.record.exists()) view.interim = field.def.start;
  if (cell == nullptr) return;
  Writes visible = Visible(*cell, field.def, work_.lanes);
  if (const Write* interim = InterimOf(visible, field.def, work_.lanes); interim != nullptr && !interim->value.unset()) {
    view.interim = ShowValue(interim->value);
  } else if (interim == nullptr && visible.size() > 1) {
    view.interim = {};
  }
  std::sort(visible.begin(), visible.end(),
            [&](const Write* a, const Write* b) { return Before(work_.lanes, a->hlc, a->dot, b->hlc, b->dot); });
  std::map<std::string, StandingView> values;
  for (const Write* w : visible) {
    StandingView& standing = values[ShowJson(w->value)];
    standing.value = ShowValue(w->value);
    standing.entries.push_back(work_.lanes.Short(w->dot));
    if (standing.entry.empty()) standing.entry = standing.entries[0];
  }
  for (auto& [json, standing] : values) view.values.push_back(std::move(standing));
}

namespace {

Literal Charges(const Ranking& ranking) {
  Literal list = Literal::List();
  for (const Charge& charge : ranking.charges)
    list.list.push_back(Literal::Object({{"id", charge.id},
                                         {"class", charge.cls},
                                         {"value", charge.value},
                                         {"rank", static_cast<int64_t>(charge.rank)},
                                         {"tied", charge.tied}}));
  return list;
}

Literal Owners(const std::vector<Lot>& live) {
  Literal list = Literal::List();
  for (const auto& [owner, share] : Owned(live)) list.list.push_back(Literal::Object({{"owner", owner}, {"share", share}}));
  return list;
}

// What is left of a quota, and where it may be used.
Literal LeftOf(const Quota& quota, const Lanes& lanes) {
  std::map<std::string, int64_t> rights;
  for (const auto& [id, left] : quota.rights)
    if (const Lane* lane = lanes.Find(id)) rights[lane->Label()] = left;
  Literal shown = Literal::Object();
  for (const auto& [label, left] : rights) shown.Add(label, left);
  return Literal::Object({{"left", chancery::LeftOf(quota)}, {"rights", std::move(shown)}});
}

}  // namespace

// Fields whose value is made of all that stands.
absl::Status Reader::ShowKept(const RecordEdit& edit, const FieldInfo& field, FieldView& view) const {
  static const Cell kEmpty;
  const Cell* cell = edit.record.Find(field.handle);
  const Cell& standing = cell == nullptr ? kEmpty : *cell;
  switch (field.def.type) {
    case FieldType::kSet:
      view.interim = SetLiteral(edit.record, field);
      break;
    case FieldType::kCounter:
      if (edit.record.exists()) view.interim = SumOf(cell);
      break;
    case FieldType::kEscrow: {
      const Quota quota = QuotaIn(cell, work_.lanes);
      if (!edit.record.exists()) break;
      view.interim = quota.used;
      view.detail = LeftOf(quota, work_.lanes);
      break;
    }
    case FieldType::kLadder:
      if (const Write* highest = HighestOf(standing, field.def, work_.lanes)) {
        view.interim = ShowValue(highest->value);
        StandingView& shown = view.values.emplace_back();
        shown.value = view.interim;
        for (const Write* write : InOrder(standing, Kind::kText, work_.lanes))
          if (write->value == highest->value) shown.entries.push_back(work_.lanes.Short(write->dot));
        shown.entry = shown.entries[0];
      } else if (edit.record.exists()) {
        view.interim = field.def.steps[0];
      }
      break;
    case FieldType::kShares:
      view.interim = Owners(Hold(TransfersOf(InOrder(standing, Kind::kTransfer, work_.lanes), work_.lanes)).live);
      break;
    default: {
      ASSIGN_OR_RETURN(const Ranking ranking, RankingOf(InOrder(standing, Kind::kRank, work_.lanes), field.def, work_));
      view.interim = Charges(ranking);
    }
  }
  view.value = view.interim;
  return absl::OkStatus();
}

absl::StatusOr<FieldView> Reader::Field(const RecordKey& key, const RecordEdit& edit, const FieldInfo& field) {
  FieldView view;
  view.name = field.def.name;
  if (field.def.one_value()) {
    ShowStanding(edit, field, view);
  } else {
    RETURN_IF_ERROR(ShowKept(edit, field, view));
    if (!field.clashes()) return view;
  }
  ASSIGN_OR_RETURN(const std::vector<Case> cases, docket_.OfField(key, edit, field));
  for (const Case& c : cases) {
    if (c.notice) continue;
    view.contested = true;
    view.cases.push_back(Hex(c.id.view()));
  }
  std::sort(view.cases.begin(), view.cases.end());
  view.value = view.contested ? Literal() : view.interim;
  return view;
}

absl::StatusOr<RecordView> Reader::Record(std::string_view text) {
  ASSIGN_OR_RETURN(const Found found, Locate(text));
  RecordView view;
  view.address = Address{found.address.reg, found.address.key, {}, {}}.Shown();
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(found.key, *found.reg));
  if (edit->record.last_touch == 0)
    return Error(absl::StatusCode::kNotFound, Cat("no such record: ", view.address), Cat("chancery log ", found.address.reg));
  view.exists = edit->record.exists();
  for (const FieldInfo* field : found.reg->by_name) {
    if (found.field != nullptr && found.field != field) continue;
    ASSIGN_OR_RETURN(FieldView one, Field(found.key, *edit, *field));
    view.contested = view.contested || one.contested;
    view.fields.push_back(std::move(one));
  }
  ASSIGN_OR_RETURN(const std::vector<Case> cases, docket_.OfExistence(found.key, *edit));
  for (const Case& c : cases) view.cases.push_back(Hex(c.id.view()));
  std::sort(view.cases.begin(), view.cases.end());
  view.contested = view.contested || (!view.cases.empty() && found.field == nullptr);
  return view;
}

absl::Status Reader::Scan(std::string_view name, std::string_view after, const Visit& visit) {
  ASSIGN_OR_RETURN(const RegisterInfo* reg, Register(name));
  const std::string prefix = RecordKeyOf(reg->hash, "").substr(0, kRegisterBytes);
  Cursor rows(work_.txn(), Table::kRecord);
  bool more = rows.Seek(after.empty() ? prefix : after);
  if (more && !after.empty() && rows.key() == after) more = rows.Next();
  for (; more && rows.key().starts_with(prefix); more = rows.Next()) {
    const FieldPeek peek = PeekField(rows.value(), 0);
    if (!peek.ok) return Error(absl::StatusCode::kDataLoss, Cat("record ", name, "/", KeyOf(rows.key()), " is damaged"));
    if (peek.exists && !visit(rows.key(), rows.value())) break;
  }
  return work_.txn().status();
}

absl::Status Reader::SortCanonically(std::vector<Dot>& dots) {
  std::vector<std::tuple<Hlc, LaneId, Dot>> stamped;
  for (const Dot dot : dots) {
    ASSIGN_OR_RETURN(const Hlc hlc, work_.journal.HlcAt(dot));
    stamped.emplace_back(hlc, work_.lanes.PlaceOf(dot).lane, dot);
  }
  std::sort(stamped.begin(), stamped.end());
  for (size_t i = 0; i < dots.size(); ++i) dots[i] = std::get<2>(stamped[i]);
  return absl::OkStatus();
}

namespace {

const char* TargetName(OpKind kind) {
  if (kind == OpKind::kCreate) return "create";
  return kind == OpKind::kDelete ? "delete" : "record";
}

std::string_view RankVerb(const Value& value) {
  const RankActs acts = DecodeRank(value.payload()).value_or(RankActs{{}});
  switch (acts[0].what) {
    case RankAct::What::kFile:
      return "file";
    case RankAct::What::kBehind:
      return "cede";
    case RankAct::What::kAhead:
      return "ahead";
    case RankAct::What::kStrike:
      return "strike";
  }
  return "file";
}

// The word of the command language for a change: of an ordinary entry, or of a ruling's effect.
std::string_view VerbName(const Change& change, const FieldInfo* field) {
  if (change.field == kNoField && !change.value.unset()) return change.value.AsBool() ? "revive" : "end";
  switch (change.verb) {
    case Verb::kBump:
      return change.value.kind == Kind::kGroup ? "grant" : "bump";
    case Verb::kKeep:
      return change.value.kind == Kind::kRank ? RankVerb(change.value) : "transfer";
    case Verb::kAdd:
      return "add";
    case Verb::kRemove:
      return "remove";
    case Verb::kRetract:
      return "withdraw";
    case Verb::kSet:
      if (field->def.type == FieldType::kState) return "move";
      if (field->def.type == FieldType::kSerial) return "issue";
      [[fallthrough]];
    default:
      return change.value.unset() ? "unset" : "set";
  }
}

Literal Named(const Change& change, const Lanes& lanes) {
  Literal named = Literal::List();
  for (const Place& place : change.named)
    if (const std::optional<Dot> dot = lanes.DotOf(place)) named.list.push_back(lanes.Short(*dot));
  return named;
}

Literal GrantLiteral(const Value& grant, const Lanes& lanes) {
  Literal shown = Literal::Object();
  int64_t amount = 0;
  for (const auto& [name, value] : grant.AsGroup()) {
    if (name == "amount" && value.kind == Kind::kInteger) amount = value.AsInteger();
    if (name != "lane" || value.kind != Kind::kBytes) continue;
    const Lane* lane = lanes.Find(ByteReader(value.payload()).U64());
    shown.Add("to", lane == nullptr ? "?" : lane->Label());
  }
  return shown.Add("amount", amount);
}

}  // namespace

Literal Reader::OpsOf(const chancery::Entry& entry) {
  Literal ops = Literal::List();
  for (const Op& op : entry.ops) {
    const Ordinals* ordinals = work_.catalog().Resolve(entry.packs[op.pack], op.reg);
    Literal object = Literal::Object();
    object.Add(TargetName(op.kind), Address{ordinals->reg->name, std::string(op.key), {}, {}}.Shown());
    for (const char* name : {"set", "unset", "issue", "move", "add", "remove", "bump", "grant", "transfer", "file", "strike",
                             "cede", "ahead", "withdraw", "revive", "end"}) {
      Literal members = Literal::Object(), fields = Literal::List();
      for (const Change& c : op.changes) {
        const FieldInfo* info = c.field == kNoField ? nullptr : ordinals->fields[c.field];
        const std::string field = info == nullptr ? "existence" : info->def.name;
        if (VerbName(c, info) != name) continue;
        if (name == std::string_view("unset")) {
          fields.list.push_back(field);
        } else if (c.verb == Verb::kAdd || c.verb == Verb::kRemove) {
          if (members.Find(field) == nullptr) members.Add(field, Literal::List());
          members.members.back().second.list.push_back(ShowValue(c.value));
        } else {
          members.Add(field, c.verb == Verb::kRetract            ? Named(c, work_.lanes)
                             : name == std::string_view("grant") ? GrantLiteral(c.value, work_.lanes)
                                                                 : ShowValue(c.value));
        }
      }
      if (!members.members.empty()) object.Add(name, std::move(members));
      if (!fields.list.empty()) object.Add(name, std::move(fields));
    }
    ops.list.push_back(std::move(object));
  }
  return ops;
}

namespace {

const char* KindName(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFiling:
      return "filing";
    case EntryKind::kGenesis:
      return "genesis";
    case EntryKind::kPack:
      return "pack";
    case EntryKind::kAdmit:
      return "admission";
    case EntryKind::kRuling:
      return "ruling";
    case EntryKind::kBeat:
      return "beat";
    case EntryKind::kVote:
      return "vote";
    case EntryKind::kAccept:
      return "acceptance";
    case EntryKind::kEpoch:
      return "epoch";
    case EntryKind::kProposal:
      return "proposal";
    case EntryKind::kReturn:
      return "return";
  }
  return "filing";
}

std::optional<Literal> FiledLiteral(const Entry& entry) {
  if (!entry.filed) return std::nullopt;
  Literal filed = Literal::Object();
  if (entry.filed->at_ms) filed.Add("at", FormatTime(*entry.filed->at_ms));
  if (!entry.filed->office.empty()) filed.Add("office", entry.filed->office);
  if (!entry.filed->number.empty()) filed.Add("number", entry.filed->number);
  return filed;
}

std::string OutcomeText(const Lanes& lanes, const Ruling& ruling, const Literal& ops) {
  switch (ruling.outcome) {
    case Outcome::kKeep: {
      const std::optional<Dot> kept = lanes.DotOf(ruling.keep);
      return Cat("keep ", kept ? lanes.Short(*kept) : "?");
    }
    case Outcome::kSet: {
      if (!ruling.set.empty()) return Cat("set ", ruling.set);
      Literal set = Literal::Object();
      for (const Literal& op : ops.list) {
        const Literal *fields = op.Find("set"), *unset = op.Find("unset");
        if (fields != nullptr)
          for (const auto& [field, value] : fields->members) set.Add(Cat(op.Find("record")->text, "/", field), value);
        if (unset != nullptr)
          for (const Literal& field : unset->list) set.Add(Cat(op.Find("record")->text, "/", field.text), {});
      }
      return Cat("set ", set.Json());
    }
    case Outcome::kBoth:
      return "both";
    case Outcome::kNone:
      return "none";
  }
  return "";
}

}  // namespace

absl::StatusOr<EntryView> Reader::Entry(Dot dot) {
  ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(dot));
  ASSIGN_OR_RETURN(const EntryId id, work_.journal.IdAt(dot));
  EntryView view;
  view.entry = Hex(id.view());
  view.short_name = work_.lanes.Short(dot);
  view.site = work_.lanes.At(HandleOf(dot)).site;
  view.hlc = FormatTime(MsOf(entry.hlc));
  view.ticks = TicksOf(entry.hlc);
  view.kind = KindName(entry.kind);
  view.officer = entry.officer;
  view.basis = entry.basis;
  view.note = entry.note;
  view.idempotency = entry.idempotency;
  ASSIGN_OR_RETURN(const bool duplicate, work_.IsDuplicate(entry, dot));
  if (duplicate) {
    ASSIGN_OR_RETURN(const Dot first, work_.FirstOf(dot));
    view.duplicate_of = work_.lanes.Short(first);
  }
  view.filed = FiledLiteral(entry);
  view.relied_on = PremiseTexts(entry.relied_on);
  if (entry.corrects) {
    view.corrects = Hex(entry.corrects->entry.view());
    view.reason = entry.corrects->reason;
  }
  if (entry.readmits) view.readmits = Hex(entry.readmits->view());
  view.outside = work_.lanes.At(HandleOf(dot)).Void(entry.seq, entry.hlc);
  view.ops = OpsOf(entry);
  if (entry.genesis) view.detail = Literal::Object({{"registry", entry.genesis->registry_name}, {"site", entry.genesis->site}});
  if (entry.kind == EntryKind::kPack) {
    const PackId pack = PackIdOf(entry.pack_toml);
    for (const PackSource& source : work_.catalog().packs())
      if (source.def.id == pack)
        view.detail = Literal::Object({{"pack", source.def.name}, {"version", static_cast<int64_t>(source.def.version)}});
  }
  if (entry.admit)
    view.detail = Literal::Object({{"site", entry.admit->site}, {"incarnation", static_cast<int64_t>(entry.admit->incarnation)}});
  if (const Ruling* ruling = entry.ruling ? &*entry.ruling : entry.proposal ? &*entry.proposal : nullptr) {
    const std::optional<Dot> about = docket_.EntryOf(*ruling);
    view.detail = Literal::Object({{"rule", ruling->rule},
                                   {"subject", about ? work_.lanes.Short(*about) : ruling->subject},
                                   {"outcome", OutcomeText(work_.lanes, *ruling, view.ops)},
                                   {"reason", ruling->reason}});
  }
  if (entry.returned) {
    const std::optional<Dot> proposal = work_.lanes.DotOf(entry.returned->proposal);
    view.detail = Literal::Object({{"rule", entry.returned->rule},
                                   {"subject", entry.returned->subject},
                                   {"returns", proposal ? work_.lanes.Short(*proposal) : "?"},
                                   {"reason", entry.returned->reason}});
  }
  return view;
}

absl::StatusOr<Reader::About> Reader::LookUp(std::string_view text) {
  About about;
  if (text.find('/') == std::string_view::npos) {
    if (text.empty()) return about;
    ASSIGN_OR_RETURN(about.reg, Register(text));
    return about;
  }
  ASSIGN_OR_RETURN(Found found, Locate(text));
  return About{found.reg, found.field, std::move(found.key)};
}

bool Reader::IsAbout(const chancery::Entry& entry, const About& about) const {
  return std::any_of(entry.ops.begin(), entry.ops.end(), [&](const Op& op) {
    const Ordinals* ordinals = work_.catalog().Resolve(entry.packs[op.pack], op.reg);
    if (ordinals == nullptr || ordinals->reg != about.reg) return false;
    if (!about.key.empty() && !work_.OnRecord(entry, op, about.key)) return false;
    return about.field == nullptr || std::any_of(op.changes.begin(), op.changes.end(), [&](const Change& c) {
             return c.field != kNoField && ordinals->fields[c.field] == about.field;
           });
  });
}

absl::StatusOr<bool> Reader::IsAbout(Dot dot, const About& about) {
  if (about.reg == nullptr) return true;
  ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(dot));
  return IsAbout(entry, about);
}

absl::StatusOr<std::vector<EntryView>> Reader::Log(std::string_view text, size_t limit) {
  ASSIGN_OR_RETURN(const About about, LookUp(text));
  std::vector<Dot> dots;
  if (about.key.empty()) {
    for (const Lane& lane : work_.lanes.all())
      for (uint64_t seq = 1; seq <= lane.tip(); ++seq) {
        ASSIGN_OR_RETURN(const bool wanted, IsAbout(MakeDot(lane.handle, seq), about));
        if (wanted) dots.push_back(MakeDot(lane.handle, seq));
      }
  } else {
    ASSIGN_OR_RETURN(const std::vector<Workspace::Touch> chain, work_.Chain(about.key, *about.reg));
    if (chain.empty())
      return Error(absl::StatusCode::kNotFound, Cat("no such record: ", about.reg->name, "/", KeyOf(about.key)),
                   Cat("chancery log ", about.reg->name));
    for (const Workspace::Touch& touch : chain)
      if (IsAbout(touch.entry, about)) dots.push_back(touch.dot);
  }
  RETURN_IF_ERROR(SortCanonically(dots));
  if (limit > 0 && dots.size() > limit) dots.erase(dots.begin(), dots.end() - static_cast<ptrdiff_t>(limit));
  std::vector<EntryView> views;
  for (const Dot dot : dots) {
    ASSIGN_OR_RETURN(EntryView view, Entry(dot));
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace chancery
