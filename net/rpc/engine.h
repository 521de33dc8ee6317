// Whoever asks the store on behalf of the network: one job at a time, in the order in which they came.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "kj/async.h"

namespace chancery::rpc {

class Engine {
 public:
  virtual ~Engine() noexcept(false) {}  // as KJ, whose promises may be part of one

  // The promise is of the calling thread. Dropping it leaves the job: what it uses must be the job's own or outlive this.
  template <class Job>
  auto Run(Job job) -> kj::Promise<decltype(job())> {
    auto result = std::make_shared<std::optional<decltype(job())>>();
    auto done = Do([job = std::move(job), result]() mutable { result->emplace(job()); });
    return done.then([result] { return std::move(**result); });
  }

 protected:
  virtual kj::Promise<void> Do(absl::AnyInvocable<void()> job) = 0;
};

}  // namespace chancery::rpc
