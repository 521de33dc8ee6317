#include "tests/model/menu.h"

#include <array>

namespace chancery::model {
namespace {

const char* const kSites[] = {"tallinn", "tartu", "luxembourg"};

std::string Main(const std::string& name) { return "unit/" + name + "-a"; }
std::string Other(const std::string& name) { return "unit/" + name + "-b"; }
std::string Third(const std::string& name) { return "unit/" + name + "-c"; }

Draft On(const std::string& address) { return Draft().By("mari").Record(address); }

Literal Stretch(int from, int to) { return Literal::Object({{"from", from}, {"to", to}}); }

struct Item {
  const char* name;
  Draft (*make)(const std::string& name, size_t site);
};

const std::array<Item, 24> kMenu = {{
    {"set guarded", [](const std::string& n, size_t s) { return On(Main(n)).Set("name", std::string("by ") + kSites[s]); }},
    {"set last", [](const std::string& n, size_t s) { return On(Main(n)).Set("remark", kSites[s]); }},
    {"set by member",
     [](const std::string& n, size_t s) {
       return On(Main(n)).Set("survey", Literal::Object({{"grade", s == 1 ? 2 : 1}, {"note", kSites[s]}}));
     }},
    {"set once", [](const std::string& n, size_t s) { return On(Main(n)).Set("seal", s == 2 ? kSites[0] : kSites[s]); }},
    {"move", [](const std::string& n, size_t s) { return On(Main(n)).Move("status", s == 1 ? "dead" : "live"); }},
    {"add", [](const std::string& n, size_t s) { return On(Main(n)).Add("tags", s == 1 ? "old" : "new"); }},
    {"remove", [](const std::string& n, size_t) { return On(Main(n)).Remove("tags", "old"); }},
    {"unset", [](const std::string& n, size_t) { return On(Main(n)).Unset("name"); }},
    {"delete", [](const std::string& n, size_t) { return Draft().By("mari").Delete(Main(n)); }},
    {"create",
     [](const std::string& n, size_t s) {
       return Draft().By("mari").Create(Third(n)).Set("name", kSites[s]).Set("group", n).Bump("visits", 1);
     }},
    {"refer", [](const std::string& n, size_t s) { return On(Other(n)).Set("link", s == 1 ? Other(n) : Main(n)); }},
    {"claim", [](const std::string& n, size_t s) { return On(s == 1 ? Other(n) : Main(n)).Set("code", n); }},
    {"interval", [](const std::string& n,
                    size_t s) { return On(s == 1 ? Other(n) : Main(n)).Set("term", Stretch(static_cast<int>(20 + s), 30)); }},
    {"ladder", [](const std::string& n, size_t s) { return On(Main(n)).Set("stage", s == 1 ? "public" : "filed"); }},
    {"count", [](const std::string& n, size_t s) { return On(Main(n)).Bump("visits", static_cast<int64_t>(s) + 1); }},
    {"use quota", [](const std::string& n, size_t s) { return On(Main(n)).Bump("permits", s == 0 ? 4 : 2); }},
    {"grant quota", [](const std::string& n, size_t s) { return On(Main(n)).Grant("permits", kSites[(s + 1) % 3], 1); }},
    {"transfer",
     [](const std::string& n, size_t s) {
       return On(Main(n)).Transfer("shares", {{"A", s == 2 ? "1/4" : "1/2"}}, {{kSites[s], s == 2 ? "1/4" : "1/2"}});
     }},
    {"file charge",
     [](const std::string& n, size_t s) {
       return On(Main(n)).Charge("charges", s == 2 ? kSites[0] : kSites[s], "mortgage", kSites[s]);
     }},
    {"strike", [](const std::string& n, size_t) { return On(Main(n)).Strike("charges", "M1"); }},
    {"cede",
     [](const std::string& n, size_t s) {
       const std::string ids[] = {"M1", "M2", "M3"};  // all three go round in a circle
       return On(Main(n)).Cede("charges", ids[s], ids[(s + 1) % 3]);
     }},
    {"add up", [](const std::string& n, size_t s) { return On(s == 1 ? Other(n) : Main(n)).Set("amount", s == 0 ? 6 : 7); }},
    {"lead to",
     [](const std::string& n, size_t s) { return On(s == 0 ? Main(n) : Other(n)).Set("chain", s == 0 ? Other(n) : Main(n)); }},
    {"issue", [](const std::string& n, size_t) { return On(Main(n)).Issue("number"); }},
}};

}  // namespace

size_t MenuSize() { return kMenu.size(); }

const char* MenuName(size_t kind) { return kMenu[kind].name; }

Draft MenuDraft(size_t kind, const std::string& name, size_t site) { return kMenu[kind].make(name, site); }

std::vector<Draft> BaseDrafts(const std::string& name) {
  Draft first = Draft().By("mari").Create(Main(name)).Set("group", name).Set("name", "first").Add("tags", "old");
  first.Transfer("shares", {}, {{"A", "1/2"}, {"B", "1/2"}}).Charge("charges", "M1", "mortgage", "10");
  first.Grant("permits", kSites[1], 3).Bump("visits", 5);
  first.Create(Other(name)).Set("group", name).Set("amount", 3).Set("term", Stretch(0, 20)).Set("stage", "draft");
  Draft second = On(Main(name)).Charge("charges", "M2", "mortgage", "20").Grant("permits", kSites[2], 3);
  Draft third = On(Main(name)).Charge("charges", "M3", "easement", "30");
  return {first, second, third};
}

Draft FourthDraft(size_t kind, const std::string& name) {
  switch (kind) {
    case 0:
      return On(Main(name)).Set("name", "after").Set("stage", "public").Bump("visits", 10);
    case 1:
      return Draft().By("mari").Delete(Main(name)).Create(Main(name)).Set("name", "again").Bump("permits", 1);
    case 2:
      return On(Main(name)).Transfer("shares", {{"B", "1/2"}}, {{"E", "1/4"}, {"F", "1/4"}});
    default:
      return On(Main(name)).Cede("charges", "M2", "M3");
  }
}

}  // namespace chancery::model
