#include "tests/crash/recording.h"

#include <cstring>
#include <fstream>
#include <sstream>

namespace chancery::crash {

Recording ReadRecording(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream whole;
  whole << file.rdbuf();
  const std::string log = whole.str();
  Recording recording;
  constexpr size_t kHead = 18;
  for (size_t at = 0; at + kHead <= log.size();) {
    Event event;
    uint64_t size;
    event.kind = static_cast<Event::Kind>(log[at]);
    event.file = static_cast<Event::File>(log[at + 1]);
    std::memcpy(&event.offset, log.data() + at + 2, 8);
    std::memcpy(&size, log.data() + at + 10, 8);
    if (size > log.size() - at - kHead) break;
    event.bytes = log.substr(at + kHead, size);
    at += kHead + size;
    recording.push_back(std::move(event));
  }
  return recording;
}

}  // namespace chancery::crash
