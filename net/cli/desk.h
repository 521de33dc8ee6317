// The verbs at a store that another process serves. A store has one owner; while that is `chancery serve`, a command hands its
// words and its own stdin, stdout, stderr and directory over a unix socket in the store, and the owner runs the verb with them:
// the same code, so the same screens, JSON and exit codes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery::cli {

// What is handed over, and for how long its answer is waited for.
struct Errand {
  std::vector<std::string> words;
  int in = 0, out = 1, err = 2;      // descriptors that the verb is run with
  int silence_ms = -1;               // so long nothing need be heard; -1 = for ever
  std::function<bool()> alive = {};  // asked after each such time: whether to wait on. Empty = no
};

struct Reply {
  int code = 0;
  std::string seen = {};  // of a verb with a session that could be run: Session::Text(), raised
  bool silent = false;    // no answer came: what became of the errand is not known. The code is kFailed then
  bool hangs = false;     // and whoever serves the store is still there
};

// Hands an errand to whoever serves the store. nullopt: nobody does.
std::optional<Reply> HandOver(const std::string& store, const Errand& errand);

// What a verb is run with that was handed over.
struct Handed {
  std::vector<std::string> words;
  int in = -1, out = -1, err = -1, directory = -1;  // open while the verb runs
  int stop = -1;                                    // readable once the desk closes: what waits for input is to end
  int caller = -1;                                  // readable once whoever called is gone
  std::function<void()> stays = {};                 // the verb will only read from now on, for as long as it likes
};

class Desk {
 public:
  // Verbs run on threads of their own, each in the directory of who called. Errors: Unknown (no socket can be made in the store).
  static absl::StatusOr<std::unique_ptr<Desk>> Open(const std::string& store, std::function<Reply(const Handed&)> run);
  ~Desk();  // closes
  Desk(const Desk&) = delete;

  void Close();  // nothing more is taken; what is running ends first. From any thread but those of verbs

  // Grows while verbs run, but for those that stay, and when they end: what may have changed the store.
  uint64_t turns() const;

 private:
  Desk(std::string path, int listener, int stop, std::function<Reply(const Handed&)> run);
  void Loop();
  void Take(int connection);
  void Serve(int connection);

  std::string path_;
  int listener_, stop_;
  std::function<Reply(const Handed&)> run_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0, staying_ = 0;
  mutable uint64_t turns_ = 0;
  std::thread thread_;
};

}  // namespace chancery::cli
