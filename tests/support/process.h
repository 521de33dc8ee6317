// What a process takes of the machine.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace chancery {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryIsOurs = false;  // a sanitizer keeps what was freed
#else
inline constexpr bool kMemoryIsOurs = true;
#endif

// Bytes, without the pages of a store: those are the kernel's to keep or to drop. 0 where there is no such process.
int64_t AnonymousBytes(pid_t pid);
int OpenFiles(pid_t pid);

}  // namespace chancery
