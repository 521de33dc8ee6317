#include "net/cli/desk.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "net/cli/command.h"

namespace chancery::cli {
namespace {

constexpr int kRunning = 32;              // verbs at a time
constexpr size_t kWordBytes = 128 << 10;  // of one command line
constexpr int kFds = 4;                   // stdin, stdout, stderr, directory

// The socket of a store, however long its path is: a unix address holds 107 bytes.
struct Address {
  int directory = -1;
  sockaddr_un at = {};
  explicit Address(const std::string& store) : directory(open(store.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    at.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/serve.sock";
    std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
  }
  ~Address() { close(directory); }
  Address(const Address&) = delete;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&at); }
};

// One message with descriptors on it.
struct Envelope {
  std::string bytes;
  char control[CMSG_SPACE(kFds * sizeof(int))] = {};
  iovec piece = {};
  msghdr message = {};
  explicit Envelope(std::string content) : bytes(std::move(content)) {
    piece = {bytes.data(), bytes.size()};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  Envelope(const Envelope&) = delete;
};

bool Send(int connection, const Errand& errand, int directory) {
  std::string bytes;
  for (const std::string& word : errand.words) bytes += word + '\0';
  Envelope envelope(std::move(bytes));
  cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(kFds * sizeof(int));
  const int fds[kFds] = {errand.in, errand.out, errand.err, directory};
  std::memcpy(CMSG_DATA(header), fds, sizeof fds);
  return sendmsg(connection, &envelope.message, MSG_NOSIGNAL) == static_cast<ssize_t>(envelope.bytes.size());
}

std::optional<Handed> Receive(int connection) {
  Envelope envelope(std::string(kWordBytes, 0));
  const ssize_t size = recvmsg(connection, &envelope.message, MSG_CMSG_CLOEXEC);
  const cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
  if (size <= 0 || header == nullptr || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(kFds * sizeof(int)) ||
      (envelope.message.msg_flags & MSG_TRUNC) != 0)
    return std::nullopt;
  int fds[kFds];
  std::memcpy(fds, CMSG_DATA(header), sizeof fds);
  Handed handed{.words = {}, .in = fds[0], .out = fds[1], .err = fds[2], .directory = fds[3]};
  for (size_t at = 0; at < static_cast<size_t>(size); at += handed.words.back().size() + 1)
    handed.words.emplace_back(envelope.bytes.c_str() + at);
  return handed;
}

Reply Silent(bool hangs) { return {.code = kFailed, .seen = {}, .silent = true, .hangs = hangs}; }

// The code, and behind it what a session has seen.
Reply Await(int connection, const Errand& errand) {
  pollfd ready = {connection, POLLIN, 0};
  int heard = 0;
  while ((heard = poll(&ready, 1, errand.silence_ms)) == 0)
    if (!errand.alive || !errand.alive()) return Silent(true);
  if (heard < 0) return Silent(false);  // a signal: whoever called is to end
  std::string bytes(kWordBytes, 0);
  const ssize_t size = recv(connection, bytes.data(), bytes.size(), 0);
  int32_t code = kFailed;
  if (size < static_cast<ssize_t>(sizeof code)) return Silent(false);
  std::memcpy(&code, bytes.data(), sizeof code);
  return {
      .code = code, .seen = bytes.substr(sizeof code, static_cast<size_t>(size) - sizeof code), .silent = false, .hangs = false};
}

bool Answer(int connection, const Reply& reply) {
  const int32_t code = reply.code;
  const std::string bytes = std::string(reinterpret_cast<const char*>(&code), sizeof code) + reply.seen;
  return send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool IsOwner(int connection) {
  ucred who = {};
  socklen_t size = sizeof who;
  return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && (who.uid == getuid() || who.uid == 0);
}

}  // namespace

std::optional<Reply> HandOver(const std::string& store, const Errand& errand) {
  const Address address(store);
  const int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (errand.silence_ms > 0) {  // where whoever serves has stopped, and many wait already
    const timeval most = {errand.silence_ms / 1000, errand.silence_ms % 1000 * 1000};
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  }
  if (connect(connection, address.get(), sizeof address.at) != 0) {
    const bool full = errno == EAGAIN;
    close(connection);
    return full ? std::optional(Silent(true)) : std::nullopt;
  }
  const int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Reply reply = Send(connection, errand, directory) ? Await(connection, errand) : Silent(false);
  close(directory);
  close(connection);
  return reply;
}

absl::StatusOr<std::unique_ptr<Desk>> Desk::Open(const std::string& store, std::function<Reply(const Handed&)> run) {
  const Address address(store);
  const std::string path = store + "/serve.sock";
  unlink(path.c_str());  // of an owner that was killed: whoever calls this holds the store
  const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), stop = eventfd(0, EFD_CLOEXEC);
  const bool made = listener >= 0 && stop >= 0 && bind(listener, address.get(), sizeof address.at) == 0 &&
                    chmod(path.c_str(), 0600) == 0 && listen(listener, kRunning) == 0;
  if (!made) return absl::UnknownError(path + " cannot be made: " + std::strerror(errno));
  return std::unique_ptr<Desk>(new Desk(path, listener, stop, std::move(run)));
}

Desk::Desk(std::string path, int listener, int stop, std::function<Reply(const Handed&)> run)
    : path_(std::move(path)), listener_(listener), stop_(stop), run_(std::move(run)), thread_([this] { Loop(); }) {}

Desk::~Desk() {
  Close();
  close(listener_);
  close(stop_);
}

void Desk::Close() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  if (write(stop_, &one, sizeof one) != sizeof one) std::abort();
  thread_.join();
  unlink(path_.c_str());
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

uint64_t Desk::turns() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (running_ > staying_) ++turns_;
  return turns_;
}

void Desk::Loop() {
  for (;;) {
    pollfd ready[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    poll(ready, 2, -1);
    if (ready[1].revents != 0) return;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    IsOwner(connection) ? Take(connection) : static_cast<void>(close(connection));
  }
}

void Desk::Take(int connection) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    idle_.wait(lock, [this] { return running_ - staying_ < kRunning; });
    ++running_;
  }
  std::thread([this, connection] { Serve(connection); }).detach();
}

void Desk::Serve(int connection) {
  bool stays = false;
  if (std::optional<Handed> handed = Receive(connection); handed) {
    handed->stop = stop_;
    handed->caller = connection;
    handed->stays = [&] {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!stays) ++staying_;
      stays = true;
      idle_.notify_all();
    };
    Reply reply = {.code = kFailed};
    // A directory of this thread's own: paths mean what they meant where they were written.
    if (unshare(CLONE_FS) == 0 && fchdir(handed->directory) == 0) {
      reply = run_(*handed);
    } else {
      dprintf(handed->err, "chancery: whoever serves this store cannot work in this directory: %s\n", std::strerror(errno));
    }
    for (const int fd : {handed->in, handed->out, handed->err, handed->directory}) close(fd);
    Answer(connection, reply);  // whoever called may be gone
  }
  close(connection);
  const std::lock_guard<std::mutex> lock(mutex_);
  --running_;
  if (stays) --staying_;
  ++turns_;
  idle_.notify_all();
}

}  // namespace chancery::cli
