// One line of a drill file, read from left to right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chancery/types.h"
#include "net/drill/statement.h"

namespace chancery::drill {

// The first fault sticks: from then on every call gives an empty value and reads nothing, and `fault` says what and where. So a
// statement is read without looking back, and checked once at its end.
class LineReader {
 public:
  LineReader(std::string_view line, int number) : line_(line), number_(number) {}

  bool AtEnd();                      // nothing follows but spaces or a comment
  bool Take(std::string_view word);  // reads the next word if it is this one
  bool NextIs(char c);               // the next character that is no space
  bool TakeChar(char c);             // reads it if it is this one

  // `what` names in the message what is missing.
  std::string Word(std::string_view what, std::string_view stops = "");  // up to a space, `#` or one of `stops`
  std::string Name(std::string_view what);                               // [a-z][a-z0-9_-]{0,62}
  std::string WordOrJson(std::string_view what);                         // JSON is given back compact
  Literal Json(std::string_view what);
  Literal List(std::string_view what);
  WrittenObject Object(bool checked);  // checked: it must be valid JSON; else only its end must be found
  int64_t Count();
  int64_t Duration();  // milliseconds, not negative
  void End();          // a fault if something follows

  // Column of the next word, in characters, from 1.
  int Column();
  void Fail(int column, std::string message);
  void Fail(std::string message) { Fail(Column(), std::move(message)); }

  bool ok() const { return fault_.empty(); }
  const std::string& fault() const { return fault_; }
  int fault_column() const { return fault_column_; }
  int fault_line() const { return number_; }
  std::string Text() const;  // what has been read so far, trimmed

 private:
  void SkipSpace();
  size_t CharactersBefore(size_t at) const;
  std::string JsonText(std::string_view what);  // to the end of the value, placed at its line and column
  Literal Parsed(const std::string& placed);

  std::string_view line_;
  int number_;
  size_t at_ = 0;
  std::string fault_;
  int fault_column_ = 0;
};

}  // namespace chancery::drill
