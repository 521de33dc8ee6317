#include "engine/sidecar.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/bytes.h"
#include "engine/base/file.h"
#include "engine/base/status.h"
#include "engine/journal/rows.h"
#include "engine/store/page_walk.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHTIP001";

std::string Encode(const Tip& tip) {
  ByteWriter w;
  w.Raw(kMagic);
  w.U64(tip.lane);
  w.U64(tip.seq);
  w.Raw(tip.root.view());
  w.U64(Xxh64(w.out));
  return std::move(w.out);
}

std::string PathOf(const std::string& dir) { return dir + "/tip"; }

}  // namespace

absl::StatusOr<std::optional<Tip>> ReadTip(const std::string& dir) {
  const absl::StatusOr<std::string> bytes = ReadFile(PathOf(dir));
  if (absl::IsNotFound(bytes.status())) return std::optional<Tip>();
  RETURN_IF_ERROR(bytes.status());
  ByteReader r(*bytes);
  Tip tip;
  const std::string_view magic = r.Raw(kMagic.size());
  tip.lane = r.U64();
  tip.seq = r.U64();
  const std::string_view root = r.Raw(32);
  if (!r.ok() || magic != kMagic) return std::optional<Tip>();
  tip.root = Hash256::From(root);
  return *bytes == Encode(tip) ? std::optional(tip) : std::nullopt;
}

// A group of filings that LMDB does not have yet is told by the tip, everything else by LMDB's count of commits.
std::optional<uint64_t> PulseOf(const std::string& dir) {
  const int fd = open((dir + "/data.mdb").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const uint64_t commits = NewestMetaPage(fd).txn;
  close(fd);
  const std::string tip = ReadFile(PathOf(dir)).value_or("");
  return Read64(Sha256({Key64(commits), tip}).view(), 0);
}

Sidecar::~Sidecar() {
  if (fd_ >= 0) close(fd_);
}

void Sidecar::Open(const std::string& dir) { fd_ = open(PathOf(dir).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }

void Sidecar::Write(const Tip& tip) {
  if (fd_ < 0 || last_ == tip) return;
  const std::string bytes = Encode(tip);
  last_.reset();
  if (pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) last_ = tip;
}

}  // namespace chancery
