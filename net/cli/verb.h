// The words of a verb. What parses them is seen by verb.cc and line.cc alone: its headers take any file seconds to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace chancery::cli {

// An option of a verb, or a word at a place. A handle: copies are the same option.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option Required() const;
  Option Between(int least, int most) const;
  Option In(const std::vector<std::string>& words) const;
  Option OneEach() const;  // may be repeated, with one value each time
  Option LastCounts() const;

 private:
  CLI::Option* option_;
};

// A verb, a verb of a verb, or the command itself. A handle: copies are the same verb.
class Verb {
 public:
  explicit Verb(CLI::App* app) : app_(app) {}

  // A verb of this one; one of them must be given.
  Verb Sub(const std::string& name, const std::string& help) const;
  // Options of which exactly one must be given.
  Verb OneOf(const std::string& title, const std::string& help) const;

  // names: "-o,--output", or what stands for a word at its place. type: what stands for the value in the help.
  template <class Value>
  cli::Option Option(const std::string& names, Value& value, const std::string& help, const std::string& type = "") const {
    return Add(names, &value, help, type);
  }
  void Flag(const std::string& names, bool& value, const std::string& help) const;

  void OnParsed(std::function<void()> function) const;  // all options of the verb are filled

 private:
  using Target = std::variant<std::string*, std::vector<std::string>*, int*, int64_t*, uint64_t*, std::optional<uint64_t>*>;
  cli::Option Add(const std::string& names, Target value, const std::string& help, const std::string& type) const;

  CLI::App* app_;
};

}  // namespace chancery::cli
