// What a registry must bear without falling over: a heal of ten edits a record, many open cases and pages of them, a field in
// which 64 values stand, a filer beside somebody's long import. Not run unless asked for: --scale=N, the edits of the long heal.
#include <atomic>
#include <fstream>
#include <thread>

#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

constexpr uint32_t kRecords = 100'000, kFilings = 2000, kSites = 64;

// Edits of every record in turn.
std::vector<Edit> EditsOf(uint32_t edits) {
  std::vector<Edit> all = Rounds(kRecords, (edits + kRecords - 1) / kRecords);
  all.resize(edits);
  return all;
}

// The most that was resident since the last call, mapped pages of the store included.
double PeakMiB() {
  std::ifstream status("/proc/self/status");
  double kib = 0;
  for (std::string word; status >> word;)
    if (word == "VmHWM:") status >> kib;
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak is now what is resident now
  return kib / 1024;
}

// A site that lacks the last `edits` entries of its only peer, and those.
struct Late {
  Scratch scratch;
  std::unique_ptr<Database> db;
  std::vector<std::string> runs;
  explicit Late(uint32_t edits) {
    const auto peer = Found(scratch / "peer", "tallinn");
    Load(*peer, kRecords);
    db = JoinTo(*peer, scratch / "late", "tartu");
    Update(*peer, EditsOf(edits));
    runs = Must(Must(peer->Read()).RunsSince(Must(db->Read()).Frontier()));
  }
};

// A site takes `edits` entries in one call; what it needs beside the map is what the peak of the process rises by, at most.
void LongHeal(benchmark::State& state, uint32_t edits) {
  for (auto _ : state) {
    const Late late(edits);
    PeakMiB();
    const double before = PeakMiB();
    Timed(state, edits, [&] { Must(late.db->Ingest(late.runs).status()); });
    state.counters["more_MiB"] = PeakMiB() - before;
  }
}

// Two sites of which each gave the first `cases` parcels another owner, together again.
std::unique_ptr<Database> WithCases(Scratch& scratch, uint32_t cases) {
  auto a = Found(scratch / "a", "tallinn");
  Load(*a, std::max<uint32_t>(cases, 1000));
  const auto b = JoinTo(*a, scratch / "b", "tartu");
  std::vector<Edit> here = EditsOf(cases), there = here;
  for (Edit& edit : there) edit.value = "another";
  Update(*a, here);
  Update(*b, there);
  Carry(*b, *a);
  return a;
}

// Filing on parcels that have nothing to do with the open cases.
void FileBesideCases(benchmark::State& state, uint32_t cases) {
  for (auto _ : state) {
    Scratch scratch;
    const auto db = WithCases(scratch, cases);
    std::vector<Parcel> fresh(kFilings);
    for (uint32_t i = 0; i < kFilings; ++i) fresh[i] = ParcelOf(2 * kRecords + i);
    const std::vector<Draft> drafts = Creations(fresh);
    Timed(state, drafts.size(), [&] { FileAll(*db, drafts); });
    state.counters["open"] = static_cast<double>(Must(Must(db->Read()).Status()).cases);
  }
}

// What a judge does all day: the next twenty cases after the last page, by rule and register, and one of them whole.
void Docket(benchmark::State& state, uint32_t cases) {
  constexpr size_t kPages = 20;
  for (auto _ : state) {
    Scratch scratch;
    const auto db = WithCases(scratch, cases);
    CaseFilter page{.open_only = true, .rule = "parcel.owner", .reg = "parcel", .limit = 20};
    Timed(state, kPages, [&] {
      for (size_t i = 0; i < kPages; ++i) {
        const Snapshot now = Must(db->Read());
        const std::vector<CaseView> twenty = Must(now.Cases(page));
        if (twenty.size() != page.limit) Fail("a page of the docket is short");
        page.after_rule = twenty.back().rule;
        page.after_subject = twenty.back().subject;
        Must(now.Case(twenty.back().rule, twenty.back().subject).status());
      }
    });
    state.counters["open"] = static_cast<double>(Must(Must(db->Read()).Status()).cases);
  }
}

// `sites` of a registry each gave one parcel an owner while they were cut off. Then each edits another of its fields.
void FileOnContested(benchmark::State& state, uint32_t sites) {
  for (auto _ : state) {
    const Scratch scratch;
    const auto first = Found(scratch / "0", "site0");
    Load(*first, 1000);
    std::vector<std::unique_ptr<Database>> others;
    for (uint32_t i = 1; i < sites; ++i)
      others.push_back(JoinTo(*first, scratch / std::to_string(i), "site" + std::to_string(i)));
    Update(*first, {{{KeyOf(0), true, "owner of site 0"}}});
    for (uint32_t i = 1; i < sites; ++i) Update(*others[i - 1], {{{KeyOf(0), true, "owner of site " + std::to_string(i)}}});
    for (const auto& other : others) Carry(*other, *first);
    std::vector<Draft> drafts;
    for (uint32_t i = 0; i < kFilings; ++i)
      drafts.emplace_back().Record(AddressOf(KeyOf(0))).Set("note", "note " + std::to_string(i));
    Timed(state, drafts.size(), [&] { FileAll(*first, drafts); });
    const RecordView record = Must(Must(first->Read()).Record(AddressOf(KeyOf(0))));
    for (const FieldView& field : record.fields)
      if (field.name == "owner") state.counters["standing"] = static_cast<double>(field.values.size());
  }
}

// One filing after the other, while another thread takes all edits of a site in one call.
void FileBesideImport(benchmark::State& state, uint32_t edits) {
  for (auto _ : state) {
    const Late late(edits);
    std::atomic<bool> done{false};
    double longest = 0, import = 0;
    uint64_t filed = 0;
    const auto seconds = [](auto from) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count(); };
    std::thread importer([&] {
      const auto start = std::chrono::steady_clock::now();
      Must(late.db->Ingest(late.runs).status());
      import = seconds(start);
      done = true;
    });
    Timed(state, 1, [&] {
      while (!done) {
        const auto start = std::chrono::steady_clock::now();
        Must(late.db->File(Draft().Record(AddressOf(KeyOf(7))).Set("note", "note " + std::to_string(filed))).status());
        longest = std::max(longest, seconds(start));
        ++filed;
      }
    });
    importer.join();
    state.counters["filed"] = static_cast<double>(filed);
    state.counters["longest_of_import"] = longest / import;
  }
}

}  // namespace

void RegisterStrain() {
  if (ScaleCount() == 0) return;
  for (const uint32_t edits : {kRecords, ScaleCount()}) Register("strain/heal/" + std::to_string(edits), LongHeal, edits);
  for (const uint32_t cases : {0u, 1000u, 100'000u})
    Register("strain/file_beside_cases/" + std::to_string(cases), FileBesideCases, cases);
  for (const uint32_t cases : {1000u, 100'000u}) Register("strain/docket/" + std::to_string(cases), Docket, cases);
  for (const uint32_t sites : {1u, kSites}) Register("strain/file_on_contested/" + std::to_string(sites), FileOnContested, sites);
  Register("strain/file_beside_import/" + std::to_string(ScaleCount()), FileBesideImport, ScaleCount());
}

}  // namespace chancery::bench
