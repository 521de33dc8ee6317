// Standard input that came from another process, as a stream.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <streambuf>

namespace chancery::cli {

class DescriptorBuffer : public std::streambuf {
 public:
  // Ends at the end of `fd`, and as soon as `stop` can be read.
  DescriptorBuffer(int fd, int stop) : fd_(fd), stop_(stop) {}

 protected:
  int_type underflow() override {
    pollfd ready[] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0 || ready[1].revents != 0) return traits_type::eof();
    const ssize_t size = read(fd_, bytes_, sizeof bytes_);
    if (size <= 0) return traits_type::eof();
    setg(bytes_, bytes_, bytes_ + size);
    return traits_type::to_int_type(bytes_[0]);
  }

 private:
  int fd_, stop_;
  char bytes_[16 << 10];
};

}  // namespace chancery::cli
