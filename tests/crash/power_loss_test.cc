// The power goes at every moment of a site's work, and the disk keeps what it had confirmed and any part of the rest.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "tests/crash/check.h"
#include "tests/crash/image.h"
#include "tests/support/figure.h"
#include "tests/support/temp_dir.h"

namespace chancery::crash {
namespace {

constexpr size_t kProcesses = 2, kImages = 3000;  // at least so many: how many subsets there are depends on how groups formed

size_t FromEnvironment(const char* name, size_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Without the zeros at its end, but as long: a tail is mostly zeros, and there are thousands of them.
void WriteSparse(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << std::string_view(bytes).substr(0, bytes.find_last_not_of('\0') + 1);
  std::filesystem::resize_file(path, bytes.size());
}

// What a filer did: its recording, and the key that lies beside the store.
class Work {
 public:
  explicit Work(const std::string& mode) {
    const std::string store = dir_ / "store", log = dir_ / "log";
    const std::string line = std::string(CHANCERY_CRASH_FILER) + " " + store + " " + log + " " + mode;
    if (const char* kept = std::getenv("CHANCERY_CRASH_RECORDING"); kept != nullptr) {
      std::filesystem::copy(kept, dir_.path(), std::filesystem::copy_options::recursive);
    } else if (std::system(line.c_str()) != 0) {
      ADD_FAILURE() << line;
    }
    recording = ReadRecording(log);
  }

  // Opens the image in `dir`, where no store ever was; "" or what is wrong.
  std::string Check(const Image& image, const std::string& dir) const {
    std::filesystem::create_directory(dir);
    const Files files = FilesOf(recording, image);
    std::ofstream(dir + "/data.mdb", std::ios::binary) << files.data;
    if (!files.tail.empty()) WriteSparse(dir + "/tail", files.tail);
    std::filesystem::copy_file(dir_ / "store/site.key", dir + "/site.key");
    std::string wrong = CheckStore(dir, AcknowledgedAt(recording, image.cut));
    std::filesystem::remove_all(dir);
    return wrong;
  }

  // Keeps what a replay needs, and says how.
  std::string Replay(const Image& image) const {
    const std::string kept = std::filesystem::temp_directory_path() / ("chancery-crash-" + std::to_string(getpid()));
    std::filesystem::create_directories(kept + "/store");
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(dir_ / "log", kept + "/log", over);
    std::filesystem::copy_file(dir_ / "store/site.key", kept + "/store/site.key", over);
    return "replay: CHANCERY_CRASH_RECORDING=" + kept + " CHANCERY_CRASH_IMAGE=" + image.Name() +
           " crash_test --gtest_filter=PowerLoss.LosesNothingAcknowledged";
  }

  Recording recording;

 private:
  TempDir dir_;
};

// Checks images in processes of their own: one that dies of a signal is told like any other failure. Image name -> what is wrong.
class Checks {
 public:
  Checks(const Work& work, const std::vector<Image>& images) : work_(work), images_(images) {
    void* shared = mmap(nullptr, sizeof(size_t) * kProcesses, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) std::abort();
    at_ = static_cast<size_t*>(shared);
    for (size_t w = 0; w < kProcesses; ++w) at_[w] = w;
    std::map<pid_t, size_t> running;
    for (size_t w = 0; w < kProcesses; ++w) running[Start(w)] = w;
    while (!running.empty()) {
      int state = 0;
      const pid_t ended = wait(&state);
      const size_t w = running.at(ended);
      running.erase(ended);
      if (!WIFSIGNALED(state)) continue;
      broken[at_[w]] = "it dies of signal " + std::to_string(WTERMSIG(state));
      at_[w] += kProcesses;
      running[Start(w)] = w;
    }
    munmap(shared, sizeof(size_t) * kProcesses);
    for (size_t w = 0; w < kProcesses; ++w) Collect(w);
  }

  std::map<size_t, std::string> broken;  // index of the image -> what is wrong

 private:
  std::string Report(size_t w) const { return dir_ / std::to_string(w); }

  pid_t Start(size_t w) {
    const pid_t child = fork();
    if (child != 0) return child;
    std::ofstream report(Report(w), std::ios::app);
    for (; at_[w] < images_.size(); at_[w] += kProcesses) {
      alarm(60);  // a damaged tree may have a ring
      const std::string image = dir_ / ("image-" + std::to_string(at_[w]));
      if (const std::string wrong = work_.Check(images_[at_[w]], image); !wrong.empty())
        report << at_[w] << " " << wrong << std::endl;
    }
    _exit(0);
  }

  void Collect(size_t w) {
    std::ifstream report(Report(w));
    for (std::string line; std::getline(report, line);) {
      const size_t space = line.find(' ');
      broken[std::stoull(line.substr(0, space))] = line.substr(space + 1);
    }
  }

  const Work& work_;
  const std::vector<Image>& images_;
  TempDir dir_;
  size_t* at_;
};

// All of them, or the one that CHANCERY_CRASH_IMAGE names.
std::vector<Image> ImagesOf(const Recording& recording, uint64_t seed) {
  if (const char* name = std::getenv("CHANCERY_CRASH_IMAGE"); name != nullptr) {
    const std::optional<Image> only = Image::Parse(name);
    if (only.has_value() && only->cut <= recording.size()) return {*only};
    ADD_FAILURE() << name << " is no image of this recording";
    return {};
  }
  std::vector<Image> images;
  const size_t drawn = std::max<size_t>(1, FromEnvironment("CHANCERY_CRASH_DRAWN", 12));
  for (size_t more = drawn; images.size() < kImages && more <= kImages; more *= 2) images = PlanImages(recording, more, seed);
  EXPECT_GE(images.size(), kImages);
  return images;
}

TEST(PowerLoss, LosesNothingAcknowledged) {
  const Work work("durable");
  const size_t seed = FromEnvironment("CHANCERY_SEED", std::random_device()());
  const std::vector<Image> images = ImagesOf(work.recording, seed);
  const Checks checks(work, images);
  for (const auto& [index, wrong] : checks.broken) ADD_FAILURE() << wrong << "\n" << work.Replay(images[index]);
  std::cout << images.size() << " images of " << work.recording.size() << " events, seed " << seed << "\n";
  Figure("crash.images", images.size());
}

// A store that never syncs is what a disk that lies makes of one that does: the same check must see the loss.
TEST(PowerLoss, IsSeenWhereNothingIsSynced) {
  const Work work("not-durable");
  std::vector<Image> images;
  for (size_t cut = 1; cut <= work.recording.size(); ++cut) {
    ASSERT_NE(work.recording[cut - 1].kind, Event::Kind::kSync);
    if (work.recording[cut - 1].kind != Event::Kind::kAcknowledged) continue;
    const size_t unsynced = Unsynced(work.recording, cut).size();
    images.push_back({cut, Image::Kept::kFirst, unsynced * 3 / 4, false});
    images.push_back({cut, Image::Kept::kSome, cut, true});
  }
  const Checks checks(work, images);
  size_t lost = 0;
  for (const auto& [index, wrong] : checks.broken) lost += wrong.starts_with("the acknowledged entry ");
  std::cout << checks.broken.size() << " of " << images.size() << " images are found out, " << lost << " by a lost entry\n";
  EXPECT_GT(lost, 0u);
  EXPECT_GT(checks.broken.size(), images.size() / 2);
}

// A file without a name is no file: those of a store, and the store itself, have theirs before anybody holds a receipt.
TEST(PowerLoss, FindsTheFilesByTheirNames) {
  const Work work("durable");
  std::set<std::string> nameless;
  bool named = false, founded = false, tail = false;
  for (const Event& event : work.recording) {
    if (event.kind == Event::Kind::kName) nameless.insert(event.bytes);
    if (event.kind == Event::Kind::kName && event.bytes.ends_with("/tail")) tail = true;
    if (event.kind == Event::Kind::kSyncNames && event.bytes == "..") named = true;
    if (event.kind == Event::Kind::kSyncNames && event.bytes != "..") nameless.clear();
    if (event.kind != Event::Kind::kAcknowledged) continue;
    founded = true;
    EXPECT_TRUE(nameless.empty()) << *nameless.begin() << " may be lost";
    EXPECT_TRUE(named) << "the store's directory may be lost";
  }
  EXPECT_TRUE(founded && tail);
}

TEST(PowerLoss, NamesItsImages) {
  for (const Image& image : {Image{7, Image::Kept::kSubset, 5, true}, Image{1, Image::Kept::kSectors, ~uint64_t{0}, false}}) {
    const std::optional<Image> parsed = Image::Parse(image.Name());
    ASSERT_TRUE(parsed.has_value()) << image.Name();
    EXPECT_EQ(parsed->Name(), image.Name());
  }
  for (const char* name : {"", "7", "7:subset", "7:wonder:5:grown", "x:subset:5:grown", "7:subset:5x:grown"})
    EXPECT_FALSE(Image::Parse(name).has_value()) << name;
}

}  // namespace
}  // namespace chancery::crash
