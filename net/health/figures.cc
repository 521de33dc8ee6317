#include "net/health/figures.h"

namespace chancery::health {
namespace {

// One figure with all its values.
class Text {
 public:
  void Head(const std::string& name, const char* kind, const char* help) {
    name_ = "chancery_" + name;
    out += "# HELP " + name_ + " " + help + "\n# TYPE " + name_ + " " + kind + "\n";
  }
  template <class Number>
  void Value(Number value, const std::string& label = {}, const std::string& of = {}) {
    out += name_ + (label.empty() ? "" : "{" + label + "=\"" + of + "\"}") + " " + std::to_string(value) + "\n";
  }
  void Gauge(const std::string& name, uint64_t value, const char* help) {
    Head(name, "gauge", help);
    Value(value);
  }
  std::string out;

 private:
  std::string name_;
};

void AddStore(const StatusView& status, Text* text) {
  text->Gauge("entries", status.entries, "Entries that are merged here.");
  text->Gauge("records", status.records, "Records that exist.");
  text->Gauge("cases_open", status.cases, "Cases that wait for a person.");
  text->Gauge("entries_waiting", status.waiting, "Entries stored here whose causes are missing.");
  text->Gauge("entries_held", status.held, "Entries stored here that are stamped too far ahead of this clock.");
  text->Gauge("entries_settled", status.order.entries, "Entries that have their final place.");
  text->Gauge("unsettled_since_seconds", static_cast<uint64_t>(status.order.waiting_since_ms / 1000),
              "Since when the order waits for somebody, seconds since 1970; 0 = it does not.");
  text->Gauge("outcome_unknown", status.outcome_unknown ? 1 : 0, "1 where a commit failed and the store is to be opened again.");
  text->Gauge("free_bytes", status.free_bytes, "Bytes free on the disk of the store.");
  text->Gauge("admitted", status.admitted && !status.ended ? 1 : 0, "1 where this site may file.");
}

template <class Of>
void AddPeers(const Standing& standing, Text* text, const std::string& name, const char* kind, const char* help, Of of) {
  text->Head("peer_" + name, kind, help);
  for (size_t i = 0; i < standing.peers.size(); ++i) text->Value(of(i), "peer", standing.peers[i].name);
}

void AddLinks(const Standing& standing, Text* text) {
  const std::vector<PeerView>& peers = standing.peers;
  const auto gauge = [&](const char* name, const char* help, auto of) { AddPeers(standing, text, name, "gauge", help, of); };
  const auto counter = [&](const char* name, const char* help, auto of) { AddPeers(standing, text, name, "counter", help, of); };
  gauge("linked", "1 where the peer was heard within half a minute.", [&](size_t i) { return uint64_t{peers[i].linked}; });
  gauge("heard_seconds", "When the peer was last heard, seconds since 1970; 0 = never.",
        [&](size_t i) { return static_cast<uint64_t>(peers[i].heard_ms / 1000); });
  gauge("behind_entries", "Entries of this site that the peer does not hold, as last heard.",
        [&](size_t i) { return standing.behind[i]; });
  gauge("lacking_documents", "Documents that the peer lacks, as far as it has said.", [&](size_t i) { return peers[i].lacking; });
  gauge("clock_ahead_ms", "How far the peer's clock is ahead of this one's, when it was asked last.",
        [&](size_t i) { return peers[i].clock_ms; });
  gauge("refused", "1 where one of the two does not let the other in.",
        [&](size_t i) { return uint64_t{!peers[i].refused.empty()}; });
  gauge("unequal", "1 where it makes other records or cases of the same entries.",
        [&](size_t i) { return uint64_t{peers[i].unequal}; });
  counter("exchanges_total", "Exchanges that went well.", [&](size_t i) { return peers[i].exchanges; });
  counter("failures_total", "Calls that failed and links that broke.", [&](size_t i) { return peers[i].failures; });
  counter("taken_entries_total", "New entries that came from the peer.", [&](size_t i) { return peers[i].taken; });
  counter("taken_documents_total", "Documents that came from the peer.", [&](size_t i) { return peers[i].documents; });
  counter("sent_bytes_total", "Bytes of runs and documents that went to the peer.",
          [&](size_t i) { return peers[i].sent_bytes; });
}

}  // namespace

std::string Figures(const StatusView& status, const Standing& standing, const Alarm& alarm) {
  Text text;
  AddStore(status, &text);
  text.Gauge("only_here_entries", standing.only_here, "Entries of this site that no peer holds, as last heard.");
  text.Gauge("only_here_since_seconds", static_cast<uint64_t>(standing.only_here_since_ms / 1000),
             "When the first of them was filed, seconds since 1970; 0 = there is none.");
  text.Gauge("isolated", standing.isolated ? 1 : 0, "1 during a planned cut.");
  text.Head("wake", "gauge", "1 where a person must get up: the code that status --check says.");
  for (const char* code : kCodes) text.Value(alarm.code == code ? 1 : 0, "code", code);
  AddLinks(standing, &text);
  return std::move(text.out);
}

}  // namespace chancery::health
