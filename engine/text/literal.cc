// Literals: the JSON values of every human surface.
#include "engine/text/literal.h"

#include <algorithm>

#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

// The short escapes and \u00xx that JSON asks for, nothing more: the same text has the same bytes everywhere.
void AppendEscape(unsigned char c, std::string& out) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  if (const size_t i = kShort.find(static_cast<char>(c)); i != std::string_view::npos) {
    out += kLetters[i];
    return;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  out += "u00";
  out += kDigits[c >> 4];
  out += kDigits[c & 15];
}

void AppendText(std::string_view text, std::string& out) {
  if (out.empty()) out.reserve(text.size() + 2);  // of a value that is a text this is all
  out += '"';
  size_t plain = 0;  // start of what is not yet copied
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    AppendEscape(c, out);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

void Append(const Literal& v, std::string& out) {
  switch (v.type) {
    case Literal::Type::kNull:
      out += "null";
      return;
    case Literal::Type::kBool:
      out += v.truth ? "true" : "false";
      return;
    case Literal::Type::kInteger:
      absl::StrAppend(&out, v.integer);
      return;
    case Literal::Type::kText:
      AppendText(v.text, out);
      return;
    case Literal::Type::kList:
      out += '[';
      for (size_t i = 0; i < v.list.size(); ++i) {
        if (i > 0) out += ',';
        Append(v.list[i], out);
      }
      out += ']';
      return;
    case Literal::Type::kObject:
      out += '{';
      for (size_t i = 0; i < v.members.size(); ++i) {
        if (i > 0) out += ',';
        AppendText(v.members[i].first, out);
        out += ':';
        Append(v.members[i].second, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

Literal Literal::List(std::vector<Literal> items) {
  Literal v;
  v.type = Type::kList;
  v.list = std::move(items);
  return v;
}

Literal Literal::Object(std::vector<std::pair<std::string, Literal>> members) {
  Literal v;
  v.type = Type::kObject;
  v.members = std::move(members);
  return v;
}

const Literal* Literal::Find(std::string_view key) const {
  const auto it = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.first == key; });
  return it == members.end() ? nullptr : &it->second;
}

Literal& Literal::Add(std::string key, Literal value) {
  CHECK(type == Type::kObject);
  members.emplace_back(std::move(key), std::move(value));
  return *this;
}

std::string Literal::Json() const {
  std::string out;
  Append(*this, out);
  return out;
}

std::string JsonText(std::string_view text) {
  std::string out;
  AppendText(text, out);
  return out;
}

bool Literal::operator==(const Literal& other) const {
  return type == other.type && truth == other.truth && integer == other.integer && text == other.text && list == other.list &&
         members == other.members;
}

}  // namespace chancery
