// How errors travel: absl::Status, returned and not logged. What to try next and which rule refused ride along as payloads.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define RETURN_IF_ERROR(expr)                                                    \
  do {                                                                           \
    if (::absl::Status status_macro_ = (expr); !status_macro_.ok()) [[unlikely]] \
      return status_macro_;                                                      \
  } while (false)
#define CHANCERY_CONCAT_(a, b) a##b
#define CHANCERY_CONCAT(a, b) CHANCERY_CONCAT_(a, b)
#define ASSIGN_OR_RETURN(lhs, expr) CHANCERY_ASSIGN_(CHANCERY_CONCAT(status_or_, __COUNTER__), lhs, expr)
#define CHANCERY_ASSIGN_(tmp, lhs, expr) \
  auto tmp = (expr);                     \
  if (!tmp.ok()) [[unlikely]]            \
    return std::move(tmp).status();      \
  lhs = *std::move(tmp)

// We are wrong: stop before a bad byte reaches the disk. Never on bytes from a peer or a file.
#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

namespace chancery {

// Errors are made out of the way of the code that runs all the time: it has to fit into the first cache.
#define CHANCERY_COLD [[gnu::cold]]

// Codes say what to do: Unavailable = same call again, Aborted = redo the transaction, FailedPrecondition = a rule or right
// refuses it, DataLoss = stop and tell a person, NotFound, InvalidArgument = the caller's words or bytes are wrong.
CHANCERY_COLD absl::Status Error(absl::StatusCode code, std::string_view message, std::string_view next = {});

// What a person can try next; "" where nothing is attached.
std::string NextOf(const absl::Status& status);
CHANCERY_COLD absl::Status WithNext(absl::Status status, std::string_view next);

// An entry that a rule of the closed list refuses. Nothing of it is stored.
struct Refusal {
  std::string kind;     // one of: type pack limit existence once state ladder shares escrow unique reference no-overlap at-most
                        // acyclic contested ruling officers authority admission idempotency hold
  std::string rule;     // the rule's id where there is one
  std::string at;       // the address concerned, or ""
  std::string message;  // in words
  std::string next;     // what to try
};
CHANCERY_COLD absl::Status Refuse(Refusal refusal);            // FailedPrecondition
std::optional<Refusal> RefusalOf(const absl::Status& status);  // nullopt where the status is no refusal

}  // namespace chancery
