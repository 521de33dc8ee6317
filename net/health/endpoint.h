// GET /metrics and GET /healthz over HTTP, for who watches this machine. On loopback alone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace chancery::health {

struct Answers {
  std::function<absl::StatusOr<std::string>()> metrics;  // asked on threads of the endpoint
  std::function<absl::Status()> healthy;
};

class Endpoint {
 public:
  // address: HOST:PORT, port 0 = any that is free. Errors: Unavailable (it cannot be listened on).
  static absl::StatusOr<std::unique_ptr<Endpoint>> Open(const std::string& address, Answers answers);
  virtual ~Endpoint() = default;
  virtual std::string address() const = 0;  // with the port that was given
};

}  // namespace chancery::health
