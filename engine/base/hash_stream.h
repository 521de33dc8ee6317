// SHA-256 of bytes that come one after the other.
#pragma once

#include <string_view>

#include "engine/base/hash.h"

struct evp_md_ctx_st;

namespace chancery {

class HashStream {
 public:
  HashStream();
  ~HashStream();
  HashStream(const HashStream&) = delete;
  void Add(std::string_view bytes);
  Hash256 Finish();  // once, at the end

 private:
  evp_md_ctx_st* context_;
};

}  // namespace chancery
