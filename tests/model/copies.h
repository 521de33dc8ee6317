// One act that was filed apart, under one id with one content: it takes place once, with its first entry in canonical order, and
// who knew any of its entries knew the act.
#pragma once

#include <map>
#include <vector>

#include "tests/model/book.h"

namespace chancery::model {

class Copies {
 public:
  Copies() = default;
  Copies(const Book& book, const std::vector<const Item*>& order);  // order: canonical; of those that there are

  bool Counts(const Item& item) const { return &First(item) == &item; }
  const Item& First(const Item& item) const;
  std::vector<const Item*> Of(const Item& item) const;  // canonical; the item itself if it has no other
  bool Knew(const Item& author, const Item& other) const;
  bool Apart(const Item& a, const Item& b) const;  // neither knew the other

 private:
  std::map<Place, std::vector<const Item*>> copies_;  // of those that have others
};

}  // namespace chancery::model
