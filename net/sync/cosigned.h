// Cosignatures in a session: each goes over it once, whichever side has sent it.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace chancery::sync {

class Cosigned {
 public:
  // The other has these: it sent them. As Snapshot::Cosignatures gives them; what is malformed is left to whoever takes it.
  void Note(std::string_view bytes);
  // Of all that are kept here those that it has not, and has from now on; "" = none.
  std::string New(std::string_view all);
  void Forget() { there_.clear(); }  // it did not keep what it was sent: it may not have known who signed

 private:
  std::set<std::string> there_;  // by the first half of the signature
};

}  // namespace chancery::sync
