// A file system of so many bytes, seen by this process and by those that it starts.
#pragma once

#include <cstddef>
#include <string>

namespace chancery {

class SmallDisk {
 public:
  static constexpr const char* kNone = "NOT TESTED HERE: no small file system can be mounted (needs root or user namespaces)";

  // At `dir`. From here on the mounts of this process are its own.
  SmallDisk(std::string dir, size_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;

  bool there() const { return there_; }  // false: that is not permitted

 private:
  const std::string dir_;
  bool there_;
};

}  // namespace chancery
