#include "tests/repo/layering.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace chancery {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeading = "## Who may know whom";

std::string Trimmed(std::string_view s) {
  const size_t first = s.find_first_not_of(" `"), last = s.find_last_not_of(" `");
  return first == std::string_view::npos ? "" : std::string(s.substr(first, last - first + 1));
}

std::vector<std::string> Split(std::string_view s, char by) {
  std::vector<std::string> parts;
  while (true) {
    const size_t at = s.find(by);
    parts.push_back(Trimmed(s.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    s.remove_prefix(at + 1);
  }
}

bool StartsWith(std::string_view s, std::string_view prefix) { return s.substr(0, prefix.size()) == prefix; }

// `path` is `folder`, lies below it, or is the file of that name.
bool Within(std::string_view path, std::string_view folder) {
  if (!StartsWith(path, folder)) return false;
  return path.size() == folder.size() || path[folder.size()] == '/' || path[folder.size()] == '.';
}

std::string FolderOf(std::string_view path) { return fs::path(path).parent_path().string(); }

// A public header is named without the folder that it stands in, as everybody includes it.
std::string_view AsIncluded(std::string_view path) {
  for (const std::string_view folder : {"engine/include/", "net/include/"})
    if (StartsWith(path, folder)) return path.substr(folder.size());
  return path;
}

void CheckFile(const Layers& layers, const fs::path& file, const std::string& path, std::vector<std::string>* broken) {
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::istringstream words(line);
    std::string hash, rest;
    if (!(words >> hash) || hash[0] != '#') continue;
    std::getline(words, rest);
    const std::string directive = Trimmed(hash.substr(1) + rest);
    if (!StartsWith(directive, "include")) continue;
    const size_t open = directive.find_first_of("<\""), close = directive.find_last_of(">\"");
    const bool readable = open != std::string::npos && close > open;
    const std::string name = readable ? NameOf(directive.substr(open + 1, close - open - 1), directive[open] == '<') : directive;
    if (!MayInclude(layers, path, name)) broken->push_back(path + ":" + std::to_string(number) + ": may not include " + name);
  }
}

}  // namespace

Layers ReadLayers(std::string_view markdown) {
  Layers layers;
  const size_t heading = markdown.find(kHeading);
  if (heading == std::string_view::npos) return layers;
  std::istringstream lines{std::string(markdown.substr(heading + kHeading.size()))};
  for (std::string line; std::getline(lines, line);) {
    if (StartsWith(line, "## ") || (!layers.empty() && !StartsWith(line, "|"))) break;
    const std::vector<std::string> columns = Split(line, '|');  // a row begins and ends with a bar
    if (columns.size() < 5 || columns[1] == "folder" || StartsWith(columns[1], "--")) continue;
    const std::vector<std::string> names = Split(columns[2], ',');
    for (const std::string& folder : Split(columns[1], ',')) layers[folder].insert(names.begin(), names.end());
  }
  return layers;
}

std::string NameOf(std::string_view include, bool angle) {
  static const std::set<std::string_view> kOurs = {"engine", "net", "tests", "bench", "chancery"};
  static const std::set<std::string_view> kSystem = {"sys", "linux", "netinet", "arpa"};
  static const std::set<std::string_view> kSingleHeaders = {"lmdb.h", "sodium.h", "xxhash.h",  "zstd.h",   "utf8proc.h",
                                                            "csv.h",  "zlib.h",   "sqlite3.h", "httplib.h"};
  const std::string_view folder = include.substr(0, include.find('/'));
  if (kOurs.contains(folder)) return std::string(include);
  if (include.ends_with(".capnp.h")) return "schemas";
  if (folder != include) return std::string(kSystem.contains(folder) ? "std" : folder);
  if (kSingleHeaders.contains(include)) return std::string(include.substr(0, include.size() - 2));
  return angle ? "std" : std::string(include);  // "x.h": in the file's own folder
}

bool MayInclude(const Layers& layers, std::string_view path, std::string_view name) {
  if (name.ends_with(".cc")) return false;
  if (name.ends_with(".h") && (name.find('/') == std::string_view::npos || FolderOf(name) == FolderOf(AsIncluded(path))))
    return true;
  for (const auto& [folder, names] : layers) {
    if (!Within(path, folder)) continue;
    const auto allows = [&](const std::string& allowed) { return Within(name, allowed); };
    if (std::any_of(names.begin(), names.end(), allows)) return true;
    if (!names.contains("mirror")) continue;
    const std::string_view mirrored = path.substr(path.find('/') + 1);
    if (Within(name, FolderOf(mirrored)) || MayInclude(layers, mirrored, name)) return true;
  }
  return false;
}

std::vector<std::string> BrokenIncludes(const Layers& layers, const std::string& root) {
  std::vector<std::string> broken;
  for (const char* top : {"engine", "net", "tests", "bench"}) {
    if (!fs::exists(fs::path(root) / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / top)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".h" && ending != ".cc") continue;
      CheckFile(layers, entry.path(), entry.path().lexically_relative(root).generic_string(), &broken);
    }
  }
  std::sort(broken.begin(), broken.end());
  return broken;
}

}  // namespace chancery
