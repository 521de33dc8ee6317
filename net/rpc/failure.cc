#include "net/rpc/failure.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_replace.h"

namespace chancery::rpc {
namespace {

constexpr std::string_view kMark = "chancery ";  // "chancery 9: why": the code and the words

}  // namespace

kj::Exception Thrown(const absl::Status& status) {
  const bool gone = absl::IsUnavailable(status);
  const std::string words = std::string(kMark) + std::to_string(status.raw_code()) + ": " + std::string(status.message());
  return kj::Exception(gone ? kj::Exception::Type::DISCONNECTED : kj::Exception::Type::FAILED, __FILE__, __LINE__,
                       kj::heapString(words.c_str(), words.size()));
}

absl::Status ForPeers(const absl::Status& status, const std::string& store) {
  return absl::Status(status.code(), absl::StrReplaceAll(status.message(), {{store, "its store"}}));
}

absl::Status Caught(const kj::Exception& exception) {
  const std::string words(exception.getDescription().cStr());
  const size_t mark = words.find(kMark), colon = words.find(": ", mark);
  if (mark != std::string::npos && colon != std::string::npos && colon - mark - kMark.size() <= 2) {
    const int code = std::atoi(words.c_str() + mark + kMark.size());
    if (code > 0 && code <= 16) return absl::Status(static_cast<absl::StatusCode>(code), words.substr(colon + 2));
  }
  // TLS says it in its alerts: certificate_required, bad_certificate, unknown_ca.
  if (words.find("alert") != std::string::npos && words.find("certificate") != std::string::npos)
    return absl::PermissionDeniedError("the peer does not know our key");
  if (words.find("certificate verify failed") != std::string::npos || words.find("peer did not present") != std::string::npos)
    return absl::PermissionDeniedError("the peer shows a key that is not known here");
  const bool lost = exception.getType() == kj::Exception::Type::DISCONNECTED ||
                    exception.getType() == kj::Exception::Type::OVERLOADED || words.find("connect()") != std::string::npos ||
                    words.find("SSL") != std::string::npos || words.find("DNS") != std::string::npos;
  return lost ? absl::UnavailableError(words) : absl::UnknownError(words);
}

}  // namespace chancery::rpc
