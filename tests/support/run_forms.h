// A run in other forms than a writer gives it (docs/reference/run.md).
#pragma once

#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/codec/run.h"

namespace chancery {

// The leaves, uncompressed.
inline std::string LeavesOf(const Run& run) {
  ByteWriter w;
  Hlc before = run.leaves[0].hlc;
  for (const Leaf& leaf : run.leaves) {
    w.Varint(leaf.hlc - before);
    w.Sized(leaf.body);
    before = leaf.hlc;
  }
  return w.out;
}

// form: 0 = `leaves` as they are, 1 = compressed.
inline std::string RunInForm(const Run& run, uint8_t form, std::string_view leaves) {
  ByteWriter w;
  w.Sized(run.header);
  w.Varint(run.first);
  w.Varint(run.leaves.size());
  w.U64(run.leaves[0].hlc);
  w.Raw(run.seal.view());
  w.U8(form);
  w.Varint(LeavesOf(run).size());
  w.Raw(leaves);
  return w.out;
}

}  // namespace chancery
