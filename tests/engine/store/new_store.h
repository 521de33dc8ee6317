// A store without anything in it, gone with the test.
#pragma once

#include <memory>

#include "engine/store/env.h"
#include "tests/support/temp_dir.h"

namespace chancery {

class NewStore {
 public:
  NewStore() {
    Env::Options options;
    options.dir = dir_ / "s";
    options.create = true;
    options.durable = false;
    env_ = Env::Open(options).value();
  }
  Txn Read() const { return env_->Read().value(); }
  WriteTxn Write() { return env_->Write().value(); }

 private:
  const TempDir dir_;
  std::unique_ptr<Env> env_;
};

}  // namespace chancery
