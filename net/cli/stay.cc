#include "net/cli/stay.h"

#include <poll.h>

#include <algorithm>

namespace chancery::cli {

Stay::Stay(const Command& command) : command_(command) {
  if (command_.served == nullptr) finish_.emplace();
}

bool Stay::Wait(int ms) {
  std::vector<pollfd> ends;
  for (const int fd : command_.ends) ends.push_back({fd, POLLIN, 0});
  poll(ends.data(), ends.size(), ms);
  if (command_.served == nullptr) return !finish_->interrupted();
  if (!ends.empty() && ends[0].revents != 0) code_ = kFailed;
  return std::all_of(ends.begin(), ends.end(), [](const pollfd& fd) { return fd.revents == 0; });
}

}  // namespace chancery::cli
