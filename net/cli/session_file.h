// The file in which a client's session is kept between two commands.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "chancery/net.h"

namespace chancery::cli {

// Nobody else has it while this lives: a lock is held, on a file beside it (FILE.lock), since the file itself is replaced whole.
class SessionFile {
 public:
  // path "": nothing is kept. Errors: Unavailable (another command has it for longer than half a minute), InvalidArgument (it
  // holds no session), Unknown (cannot be opened).
  static absl::StatusOr<SessionFile> Open(const std::string& path);
  SessionFile(SessionFile&& other) noexcept;
  SessionFile& operator=(SessionFile&&) = delete;
  ~SessionFile();

  const Session& session() const { return session_; }
  absl::Status Raise(const Session& seen);  // Errors: Unknown (it cannot be written)

 private:
  SessionFile(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
  Session session_;
};

}  // namespace chancery::cli
