// What somebody with ill will says on a connection, by families. The i-th input of a family is the same in every run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "kj/async-io.h"

namespace chancery::hostile {

struct Family {
  const char* name;
  int count;
  std::function<std::string(int)> input;
};

// What an honest caller says, as bytes: it greets, and offers all that it has.
std::string HonestSpeech(Database& caller, kj::AsyncIoContext& io);

Family Rubbish();  // instead of a handshake

// Behind one, by somebody whose key is known.
Family CountsThatCannotBe();  // of segments and of words, followed by something and not
Family RandomWords();         // framed as one message, or one word short
Family TooLarge();            // a megabyte of what is claimed to be more than any message
Family FlippedBits(const std::string& speech);
Family CutRepeatedAndOutOfOrder(const std::string& speech);

}  // namespace chancery::hostile
