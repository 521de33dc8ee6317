// Runs a fuzz target without a fuzzer, as a test: every file of its corpus, then random mutations of them from a fixed seed.
// Usage:
//   fuzz_NAME CORPUS_DIR [RUNS]    the test (RUNS defaults to 20000; the same runs every time)
//   fuzz_NAME FILE                 one input again
// An input that ends the process is written to ./crash-input first, and the line that repeats it is printed.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

namespace fs = std::filesystem;

constexpr size_t kInputBytesMax = 64 << 10;
constexpr const char* kCrashFile = "crash-input";

std::string current_input;
const char* program = "";

void KeepInput() {
  std::FILE* file = std::fopen(kCrashFile, "wb");
  if (file == nullptr) return;
  std::fwrite(current_input.data(), 1, current_input.size(), file);
  std::fclose(file);
  std::fprintf(stderr, "the input of %zu bytes is kept; again: %s %s\n", current_input.size(), program, kCrashFile);
}

void KeepInputAndDie(int fault) {
  signal(fault, SIG_DFL);
  KeepInput();
  raise(fault);
}

void WatchForDeath() {
  signal(SIGABRT, KeepInputAndDie);  // a CHECK
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(KeepInput);
  } else {
    signal(SIGSEGV, KeepInputAndDie);
  }
}

void RunOne(std::string input) {
  current_input = std::move(input);
  // Of exactly its size and on the heap, so that a read past the end is seen.
  const std::vector<uint8_t> bytes(current_input.begin(), current_input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Ascending by name, so that a run is the same everywhere.
std::vector<std::string> ReadCorpus(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const fs::path& path : paths) inputs.push_back(ReadFile(path));
  return inputs;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string Next() {
    std::string input = Pick();
    for (size_t times = 1 + Below(4); times > 0; --times) Mutate(input);
    input.resize(std::min(input.size(), kInputBytesMax));
    return input;
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  char AnyByte() {
    static constexpr unsigned char kEdges[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    return static_cast<char>(Below(2) == 0 ? kEdges[Below(std::size(kEdges))] : Below(256));
  }
  const std::string& Pick() { return corpus_[Below(corpus_.size())]; }

  void Mutate(std::string& s) {
    const size_t at = Below(s.size() + 1);
    const size_t length = std::min(s.size() - at, 1 + Below(16));
    switch (Below(7)) {
      case 0:
        if (length > 0) s[at] = static_cast<char>(s[at] ^ 1 << Below(8));
        break;
      case 1:
        if (length > 0) s[at] = AnyByte();
        break;
      case 2:
        s.insert(at, 1 + Below(4), AnyByte());
        break;
      case 3:
        s.erase(at, length);
        break;
      case 4:
        s.insert(at, s.substr(at, length));
        break;
      case 5:
        s.resize(at);
        break;
      case 6: {
        const std::string& other = Pick();
        s.replace(at, std::string::npos, other, Below(other.size() + 1), std::string::npos);
        break;
      }
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_{20260101};
};

int RunCorpus(const fs::path& folder, long runs) {
  const std::vector<std::string> corpus = ReadCorpus(folder);
  if (corpus.empty()) {
    std::fprintf(stderr, "no input in %s\n", folder.c_str());
    return 1;
  }
  RunOne("");
  for (const std::string& input : corpus) RunOne(input);
  Mutator mutator(corpus);
  for (long i = 0; i < runs; ++i) RunOne(mutator.Next());
  std::printf("%zu inputs and %ld mutations of them\n", corpus.size(), runs);
  const std::string name = fs::path(program).filename().string().substr(5);  // fuzz_NAME
  for (const std::string& figure : {std::string("fuzz.inputs"), "fuzz.inputs." + name})
    std::printf("figure %s %zu\n", figure.c_str(), corpus.size() + static_cast<size_t>(runs));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || !fs::exists(argv[1])) {
    std::fprintf(stderr, "usage: %s CORPUS_DIR [RUNS] | FILE\n", argv[0]);
    return 2;
  }
  program = argv[0];
  WatchForDeath();
  if (fs::is_directory(argv[1])) return RunCorpus(argv[1], argc > 2 ? std::atol(argv[2]) : 20'000);
  RunOne(ReadFile(argv[1]));
  return 0;
}
