// What comes out of a registry as JSON: docs/reference/json.md. Members may be added here and none removed.
#include "chancery/types.h"
#include "engine/base/environment.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

Literal Number(uint64_t n) { return Literal(static_cast<int64_t>(n)); }

Literal Texts(const std::vector<std::string>& texts) {
  Literal list = Literal::List();
  for (const std::string& text : texts) list.list.emplace_back(text);
  return list;
}

Literal Values(const std::vector<std::pair<std::string, Literal>>& by_address) { return Literal::Object(by_address); }

// Optional members are left out where they say nothing.
void AddText(Literal& object, const char* key, const std::string& text) {
  if (!text.empty()) object.Add(key, Literal(text));
}
void AddTexts(Literal& object, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) object.Add(key, Texts(texts));
}

Literal Standing(const StandingView& v) {
  Literal out = Literal::Object();
  out.Add("value", v.value).Add("entry", Literal(v.entry));
  if (v.entries.size() > 1) out.Add("entries", Texts(v.entries));
  return out;
}

Literal Field(const FieldView& v) {
  Literal values = Literal::List();
  for (const StandingView& standing : v.values) values.list.push_back(Standing(standing));
  Literal out = Literal::Object();
  out.Add("value", v.value).Add("interim", v.interim).Add("values", std::move(values));
  out.Add("contested", Literal(v.contested)).Add("cases", Texts(v.cases));
  if (v.detail)
    for (const auto& [key, value] : v.detail->members) out.Add(key, value);
  return out;
}

Literal Knew(const FactView& v) {
  Literal list = Literal::List();
  for (const auto& [site, up_to] : v.knew) {
    Literal one = Literal::Object();
    one.Add("site", Literal(site)).Add("up_to", up_to.empty() ? Literal() : Literal(up_to));
    list.list.push_back(std::move(one));
  }
  return list;
}

Literal Fact(const FactView& v) {
  Literal out = Literal::Object();
  out.Add("entry", Literal(v.entry))
      .Add("site", Literal(v.site))
      .Add("officer", Literal(v.officer))
      .Add("basis", Literal(v.basis));
  out.Add("record", Literal(v.record)).Add("act", Literal(v.act));
  out.Add("changed", Values(v.changed)).Add("before", Values(v.before)).Add("standing", Literal(v.standing));
  out.Add("id", Literal(v.id)).Add("hlc", Literal(v.hlc)).Add("knew", Knew(v));
  if (v.filed.has_value()) out.Add("filed", *v.filed);
  AddTexts(out, "relied_on", v.relied_on);
  AddTexts(out, "stale", v.stale);
  return out;
}

Literal Decision(const DecisionView& v) {
  Literal out = Literal::Object();
  out.Add("entry", Literal(v.entry))
      .Add("site", Literal(v.site))
      .Add("officer", Literal(v.officer))
      .Add("reason", Literal(v.reason));
  out.Add("outcome", Literal(v.outcome)).Add("standing", Literal(v.standing));
  AddText(out, "principle", v.principle);
  AddText(out, "effect", v.effect);
  AddTexts(out, "tell", v.tell);
  return out;
}

Literal Decided(const RulingView& v) {
  Literal out = Decision(v);
  AddText(out, "approves", v.approves);
  AddText(out, "proposed_by", v.proposed_by);
  AddText(out, "note", v.note);
  return out;
}

Literal Proposed(const ProposalView& v) {
  Literal out = Decision(v);
  AddText(out, "returned", v.returned);
  AddText(out, "returned_by", v.returned_by);
  AddText(out, "returned_because", v.returned_because);
  return out;
}

Literal Effect(const ValueChange& v) {
  Literal out = Literal::Object();
  out.Add("at", Literal(v.address)).Add("before", v.before).Add("after", v.after);
  return out.Add("contested_before", Literal(v.contested_before)).Add("contested_after", Literal(v.contested_after));
}

template <class View>
Literal Each(const std::vector<View>& views, Literal (*one)(const View&)) {
  Literal list = Literal::List();
  for (const View& view : views) list.list.push_back(one(view));
  return list;
}

Literal Under(const char* key, Literal body) {
  Literal out = Literal::Object();
  out.Add(key, std::move(body));
  return out;
}

}  // namespace

std::string Receipt::entry() const { return Hex({reinterpret_cast<const char*>(id.data()), id.size()}); }
std::string Receipt::short_name() const { return Cat(lane, "-", number); }
std::string Receipt::hlc() const { return FormatTime(stamp_ms); }

Literal ToJson(const Receipt& v) {
  Literal body = Literal::Object();
  body.Add("entry", Literal(v.entry())).Add("short", Literal(v.short_name())).Add("hlc", Literal(v.hlc()));
  body.Add("ticks", Number(v.ticks)).Add("strength", Literal(v.strength));
  if (v.repeated) body.Add("repeated", Literal(true));
  return Under("receipt", std::move(body));
}

Literal ToJson(const RecordView& v) {
  Literal fields = Literal::Object();
  for (const FieldView& field : v.fields) fields.Add(field.name, Field(field));
  Literal out = Literal::Object();
  out.Add("record", Literal(v.address)).Add("exists", Literal(v.exists)).Add("contested", Literal(v.contested));
  out.Add("fields", std::move(fields)).Add("cases", Texts(v.cases));
  return out;
}

Literal ToJson(const CaseView& v) {
  Literal out = Literal::Object();
  out.Add("case", Literal(v.id)).Add("rule", Literal(v.rule)).Add("subject", Literal(v.subject)).Add("state", Literal(v.state));
  out.Add("facts", Each(v.facts, Fact)).Add("rulings", Each(v.rulings, Decided)).Add("dependants", Texts(v.dependants));
  if (!v.proposals.empty()) out.Add("proposals", Each(v.proposals, Proposed));
  out.Add("kind", Literal(v.kind))
      .Add("field", Literal(v.field))
      .Add("title", Literal(v.title))
      .Add("notice", Literal(v.notice))
      .Add("officers", Number(static_cast<uint64_t>(v.officers)))
      .Add("records", Texts(v.records));
  return out;
}

Literal ToJson(const RulingPreview& v) {
  Literal body = Literal::Object();
  body.Add("state", Literal(v.state)).Add("changes", Each(v.changes, Effect));
  return Under("preview", std::move(body.Add("dependants", Texts(v.dependants)).Add("tell", Texts(v.tell))));
}

namespace {

Literal CaseLine(const CaseView& v) {
  return Literal::Object({{"case", v.id}, {"rule", v.rule}, {"subject", v.subject}, {"state", v.state}});
}

Literal Changed(const CaseChange& v) {
  const Literal before = v.before.empty() ? Literal() : Literal(v.before),
                state = v.now.state.empty() ? Literal() : Literal(v.now.state);
  return Literal::Object(
      {{"case", v.now.id}, {"rule", v.now.rule}, {"subject", v.now.subject}, {"before", before}, {"state", state}});
}

Literal Side(const DiffView::Row& v) {
  return Literal::Object({{"at", v.address},
                          {"base", v.base},
                          {"a", v.a},
                          {"b", v.b},
                          {"contested_a", v.contested_a},
                          {"contested_b", v.contested_b}});
}

}  // namespace

Literal ToJson(const MergePreview& v) {
  Literal body = Literal::Object({{"entries", Number(v.intake.entries)},
                                  {"waiting", Number(v.intake.waiting)},
                                  {"held", Number(v.intake.held)},
                                  {"damaged", Number(v.intake.damaged)}});
  body.Add("cases", Each(v.cases, Changed)).Add("officers", Texts(v.officers)).Add("values", Each(v.values, Effect));
  return Under("merge", std::move(body.Add("more_values", v.more_values)));
}

Literal ToJson(const ExtractView& v) {
  Literal body = Literal::Object({{"kind", v.kind}, {"id", v.id}, {"address", v.address}, {"site", v.site}});
  body.Add("at", v.at).Add("frontier", v.frontier.empty() ? Literal() : Literal(v.frontier));
  return Under("extract", std::move(body.Add("changed", Texts(v.changed))));
}

Literal ToJson(const DiffView& v) {
  Literal body = Literal::Object(
      {{"base", v.base}, {"a", v.a}, {"b", v.b}, {"entries_a", Number(v.entries_a)}, {"entries_b", Number(v.entries_b)}});
  return Under("diff", std::move(body.Add("rows", Each(v.rows, Side))));
}

Literal ToJson(const BranchView& v) {
  Literal body = Literal::Object({{"name", v.name}, {"site", v.site}, {"since", v.since}});
  body.Add("until", v.until.empty() ? Literal() : Literal(v.until)).Add("base", v.base);
  body.Add("entries", Number(v.entries)).Add("others", Number(v.others));
  if (!v.filed.empty())
    body.Add("filed", Each(v.filed, ToJson)).Add("met", Each(v.met, ToJson)).Add("cases", Each(v.cases, CaseLine));
  return Under("branch", std::move(body));
}

Literal ToJson(const EntryView& v) {
  Literal out = Literal::Object();
  out.Add("entry", Literal(v.entry)).Add("short", Literal(v.short_name)).Add("site", Literal(v.site)).Add("hlc", Literal(v.hlc));
  out.Add("ticks", Number(v.ticks))
      .Add("kind", Literal(v.kind))
      .Add("officer", Literal(v.officer))
      .Add("basis", Literal(v.basis));
  AddText(out, "id", v.idempotency);
  AddText(out, "note", v.note);
  if (v.filed.has_value()) out.Add("filed", *v.filed);
  AddTexts(out, "relied_on", v.relied_on);
  AddText(out, "corrects", v.corrects);
  AddText(out, "reason", v.reason);
  AddText(out, "readmits", v.readmits);
  AddText(out, "duplicate_of", v.duplicate_of);
  if (v.outside) out.Add("outside", Literal(true));
  if (!v.ops.null()) out.Add("ops", v.ops);
  if (!v.detail.null()) out.Add("detail", v.detail);
  return out;
}

Literal ToJson(const SiteView& v) {
  Literal out = Literal::Object();
  out.Add("site", Literal(v.name))
      .Add("role", Literal(v.role))
      .Add("key", Literal(v.key))
      .Add("incarnation", Number(v.incarnation));
  out.Add("entries", Number(v.entries)).Add("admitted", Literal(v.admitted)).Add("self", Literal(v.self));
  if (v.halted) out.Add("halted", Literal(true));
  if (v.ended) out.Add("ended", Number(v.last));
  return out;
}

Literal ToJson(const EpochView& v) {
  const auto list = [](const std::vector<std::string>& texts) {
    Literal out = Literal::List();
    for (const std::string& text : texts) out.list.push_back(Literal(text));
    return out;
  };
  Literal body = Literal::Object(), ends = Literal::Object();
  for (const auto& [lane, last] : v.ends) ends.Add(lane, Number(last));
  body.Add("number", Number(v.number)).Add("members", list(v.members)).Add("witnesses", list(v.witnesses));
  body.Add("ends", std::move(ends)).Add("settle", Number(v.settle)).Add("decide", Number(v.decide));
  AddText(body, "proposer", v.proposer);
  AddTexts(body, "proposed", v.proposed);
  AddTexts(body, "voted", v.voted);
  AddTexts(body, "accepted", v.accepted);
  AddTexts(body, "differing", v.differing);
  return Under("epoch", std::move(body));
}

Literal ToJson(const StatusView& v) {
  Literal frontier = Literal::Object();
  for (const auto& [lane, seq] : v.frontier) frontier.Add(lane, Number(seq));
  Literal body = Literal::Object();
  body.Add("site", Literal(v.site)).Add("registry", Literal(v.registry)).Add("frontier", std::move(frontier));
  body.Add("digest", Literal(v.digest)).Add("docket", Literal(v.docket)).Add("cases", Number(v.cases));
  body.Add("held", Number(v.held))
      .Add("waiting", Number(v.waiting))
      .Add("settled", v.order.settled.empty() ? Literal() : Literal(v.order.settled));
  body.Add("registry_name", Literal(v.registry_name)).Add("pack", Literal(v.pack)).Add("records", Number(v.records));
  body.Add("entries", Number(v.entries)).Add("notices", Number(v.notices)).Add("ruled", Number(v.ruled));
  body.Add("admitted", Literal(v.admitted)).Add("free_bytes", Number(v.free_bytes));
  body.Add("placed", Number(v.order.entries));
  AddTexts(body, "waiting_for", v.order.waiting_for);
  AddTexts(body, "unequal", v.order.unequal);
  if (v.ended) body.Add("ended", Literal(true));
  AddText(body, "renewed", v.renewed);
  AddTexts(body, "lost", v.lost);
  AddTexts(body, "halted", v.halted);
  if (v.outcome_unknown) body.Add("outcome_unknown", Literal(true));
  return Under("status", std::move(body));
}

Literal ToJson(const ErrorView& v, int line) {
  Literal body = Literal::Object();
  if (!v.refused) {
    body.Add("code", Literal(v.exit_code)).Add("message", Literal(v.message)).Add("next", Literal(v.next));
    return Under("error", std::move(body));
  }
  if (line > 0) body.Add("line", Literal(line));
  body.Add("kind", Literal(v.kind)).Add("rule", Literal(v.rule)).Add("at", Literal(v.at));
  body.Add("message", Literal(v.message)).Add("next", Literal(v.next));
  return Under("refused", std::move(body));
}

}  // namespace chancery
