// JSON text to literals: nlohmann's event parser, with the line and column of every value, and with less allowed.
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

constexpr size_t kNestingMax = 64;

// Reads the text for nlohmann and tells how far it has come: its events do not say where they are.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

struct Spot {
  int line = 1, column = 1;  // columns count characters, not bytes
  std::string Text() const { return absl::StrCat("line ", line, ", column ", column, ": "); }
};

// Turns offsets, asked for in ascending order, into lines and columns: one pass over the text in all.
class Ruler {
 public:
  explicit Ruler(std::string_view text) : text_(text) {}
  Spot At(size_t offset) {
    for (; next_ < offset && next_ < text_.size(); ++next_) {
      const char c = text_[next_];
      if (c == '\n') {
        spot_ = {spot_.line + 1, 1};
      } else if ((c & 0xc0) != 0x80) {
        ++spot_.column;
      }
    }
    return spot_;
  }

 private:
  std::string_view text_;
  size_t next_ = 0;
  Spot spot_;
};

// Builds the literal from nlohmann's events. An event that returns false ends the parse; `error` says why.
class Builder {
 public:
  // nlohmann's event interface names these types and functions.
  using number_integer_t = int64_t;
  using number_unsigned_t = uint64_t;
  using number_float_t = double;
  using string_t = std::string;
  using binary_t = nlohmann::json::binary_t;

  Builder(std::string_view text, const char** reached) : text_(text), reached_(reached), ruler_(text) {
    if (text.substr(0, 3) == "\xef\xbb\xbf") done_ = 3;  // the parser skips a byte order mark
  }

  Literal root;
  std::string error;

  bool null() { return Put(Literal()); }
  bool boolean(bool v) { return Put(Literal(v)); }
  bool number_integer(int64_t v) { return Put(Literal(v)); }
  bool number_unsigned(uint64_t v) {
    if (v > static_cast<uint64_t>(INT64_MAX)) return NotAnInteger(std::to_string(v));
    return Put(Literal(static_cast<int64_t>(v)));
  }
  bool number_float(double, const std::string& written) { return NotAnInteger(written); }
  bool string(std::string& v) {
    const Spot spot = Begin();
    if (v.find('\0') != std::string::npos) return Fail(spot, "text may not hold U+0000");
    return Put(Literal(std::move(v)), spot);
  }
  bool binary(binary_t&) { return false; }  // not in JSON text

  bool start_object(size_t) { return Open(Literal::Object()); }
  bool start_array(size_t) { return Open(Literal::List()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(std::string& name) {
    const Spot spot = Begin();
    Frame& object = open_.back();
    if (name.find('\0') != std::string::npos) return Fail(spot, "a key may not hold U+0000");
    if (Repeated(object, name)) return Fail(spot, Cat("key ", Literal(name).Json(), " is written twice in one object"));
    object.at->members.emplace_back(std::move(name), Literal());
    done_ = Reached();
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& e) {
    constexpr int kTooLarge = 406;  // over what a double holds
    return Fail(ruler_.At(position > 0 ? position - 1 : 0), e.id == kTooLarge ? "not a 64-bit integer" : Reason(e.what()));
  }

 private:
  struct Frame {
    Literal* at;                   // its parents' vectors do not grow while it is open
    std::set<std::string> keys{};  // of an object that has many
  };

  size_t Reached() const { return static_cast<size_t>(*reached_ - text_.data()); }

  // Where the token begins whose event is being handled: behind the token before it come only spaces, commas and colons. (A
  // number is known to have ended when the character after it has been read: that is one of them too, or a closing bracket.)
  Spot Begin() {
    const size_t at = text_.find_first_not_of(" \t\r\n,:", done_);
    return ruler_.At(at == std::string_view::npos ? text_.size() : at);
  }

  bool Put(Literal v) { return Put(std::move(v), Begin()); }
  bool Put(Literal v, Spot spot) {
    Place(std::move(v), spot);
    return true;
  }

  Literal& Place(Literal v, Spot spot) {
    v.line = spot.line;
    v.column = spot.column;
    done_ = Reached();
    Literal& slot = Next();
    slot = std::move(v);
    return slot;
  }

  Literal& Next() {
    if (open_.empty()) return root;
    Literal& parent = *open_.back().at;
    if (parent.type == Literal::Type::kObject) return parent.members.back().second;
    return parent.list.emplace_back();
  }

  bool Open(Literal v) {
    const Spot spot = Begin();
    if (open_.size() == kNestingMax) return Fail(spot, absl::StrCat("nested more than ", kNestingMax, " deep"));
    open_.push_back({&Place(std::move(v), spot)});
    return true;
  }

  bool Close() {
    done_ = Reached();
    open_.pop_back();
    return true;
  }

  static bool Repeated(Frame& object, const std::string& name) {
    constexpr size_t kFew = 16;
    const auto& members = object.at->members;
    if (members.size() < kFew) return object.at->Find(name) != nullptr;
    if (object.keys.empty()) {
      for (const auto& member : members) object.keys.insert(member.first);
    }
    return !object.keys.insert(name).second;
  }

  bool NotAnInteger(const std::string& written) {
    constexpr size_t kShownMax = 40;
    return Fail(Begin(), Cat(written.substr(0, kShownMax), written.size() > kShownMax ? "…" : "", " is not a 64-bit integer"));
  }

  bool Fail(Spot spot, std::string_view why) {
    error = Cat(spot.Text(), why);
    return false;
  }

  // The part of nlohmann's message that says what is wrong: without its own idea of lines, and without the text read, which may
  // be long or invalid.
  static std::string Reason(std::string_view what) {
    if (const size_t at = what.find(" - "); at != std::string_view::npos) what.remove_prefix(at + 3);
    return std::string(what.substr(0, what.find("; last read: ")));
  }

  std::string_view text_;
  const char** reached_;
  Ruler ruler_;
  size_t done_ = 0;  // end of the last token handled
  std::vector<Frame> open_;
};

}  // namespace

absl::StatusOr<Literal> ParseJson(std::string_view text) {
  // nlohmann takes a raw NUL for the end of its input.
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Error(absl::StatusCode::kInvalidArgument, Cat(Ruler(text).At(nul).Text(), "JSON may not hold U+0000"));
  }
  const char* reached = text.data();
  Builder builder(text, &reached);
  const CountingIterator begin(text.data(), &reached), end(text.data() + text.size(), &reached);
  if (!nlohmann::json::sax_parse(begin, end, &builder)) return Error(absl::StatusCode::kInvalidArgument, builder.error);
  return std::move(builder.root);
}

}  // namespace chancery
