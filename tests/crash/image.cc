#include "tests/crash/image.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "chancery/testing.h"

namespace chancery::crash {
namespace {

using Kind = Event::Kind;

constexpr size_t kPage = 4096, kSector = 512, kExhaustive = 12, kBothLengths = 7;
constexpr std::array<std::string_view, 5> kNames = {"first", "subset", "some", "sectors", "pages"};

bool ChangesFile(Kind kind) { return kind == Kind::kWrite || kind == Kind::kDurableWrite || kind == Kind::kTruncate; }

void Put(std::string* file, uint64_t offset, std::string_view bytes) {
  if (file->size() < offset + bytes.size()) file->resize(offset + bytes.size(), 0);
  bytes.copy(file->data() + offset, bytes.size());
}

std::string* Of(Files* files, const Event& event) { return event.file == Event::File::kTail ? &files->tail : &files->data; }

void Apply(Files* files, const Event& event) {
  std::string* file = Of(files, event);
  if (event.kind == Kind::kTruncate) {
    file->resize(event.offset, 0);
  } else {
    Put(file, event.offset, event.bytes);
  }
}

// The pieces of a write that lie in one sector each: which of them are kept is drawn.
void ApplyTorn(Files* files, const Event& event, size_t unit, SeededRandom* random) {
  std::string* file = Of(files, event);
  for (size_t at = 0; at < event.bytes.size();) {
    const size_t size = std::min(event.bytes.size() - at, unit - (event.offset + at) % unit);
    if (random->Below(2) == 0) Put(file, event.offset + at, std::string_view(event.bytes).substr(at, size));
    at += size;
  }
}

void ApplyKept(Files* files, const Recording& recording, const Image& image, const std::vector<size_t>& unsynced) {
  SeededRandom random(image.which);
  for (size_t i = 0; i < unsynced.size(); ++i) {
    const Event& event = recording[unsynced[i]];
    const bool torn = image.kept == Image::Kept::kSectors || image.kept == Image::Kept::kPages;
    if (torn && event.kind != Kind::kTruncate) {
      ApplyTorn(files, event, image.kept == Image::Kept::kPages ? kPage : kSector, &random);
      continue;
    }
    const bool keep = image.kept == Image::Kept::kFirst    ? i < image.which
                      : image.kept == Image::Kept::kSubset ? (image.which >> i & 1) != 0
                                                           : random.Below(2) == 0;
    if (keep) Apply(files, event);
  }
}

uint64_t EndOf(const Event& event) { return event.offset + event.bytes.size(); }

// Whether a file is longer with all the unsynced writes than with those of the mask: then its length is a fact of its own.
bool LengthMatters(const Recording& recording, size_t cut, const std::vector<size_t>& unsynced, uint64_t mask) {
  uint64_t kept[2] = {0, 0}, all[2] = {0, 0};  // by file
  for (size_t i = 0, next = 0; i < cut; ++i) {
    if (!ChangesFile(recording[i].kind)) continue;
    const bool pending = next < unsynced.size() && unsynced[next] == i;
    const bool dropped = pending && (mask >> next & 1) == 0;
    next += pending;
    const auto file = static_cast<size_t>(recording[i].file);
    all[file] = std::max(all[file], EndOf(recording[i]));
    if (!dropped) kept[file] = std::max(kept[file], EndOf(recording[i]));
  }
  return all[0] > kept[0] || all[1] > kept[1];
}

// What is planned for one cut before a sync.
void PlanCut(const Recording& recording, size_t cut, size_t drawn, SeededRandom* random, std::vector<Image>* images) {
  const std::vector<size_t> unsynced = Unsynced(recording, cut);
  const size_t n = unsynced.size();
  const auto add = [&](Image::Kept kept, uint64_t which, bool grown) { images->push_back({cut, kept, which, grown}); };
  for (uint64_t mask = 0; n <= kExhaustive && mask + 1 < uint64_t{1} << n; ++mask) {
    const bool matters = LengthMatters(recording, cut, unsynced, mask);
    if (n > kBothLengths) {
      add(Image::Kept::kSubset, mask, matters && random->Below(2) == 0);
      continue;
    }
    add(Image::Kept::kSubset, mask, false);
    if (matters) add(Image::Kept::kSubset, mask, true);
  }
  for (size_t i = 0; n > kExhaustive && i < drawn; ++i) add(Image::Kept::kSome, random->Next(), i % 4 < 2);
  for (size_t i = 0; n > 0 && i < drawn; ++i)
    add(i % 2 == 0 ? Image::Kept::kSectors : Image::Kept::kPages, random->Next(), i % 4 < 2);
}

}  // namespace

std::string Image::Name() const {
  return std::to_string(cut) + ":" + std::string(kNames[static_cast<size_t>(kept)]) + ":" + std::to_string(which) +
         (grown ? ":grown" : ":short");
}

std::optional<Image> Image::Parse(std::string_view name) {
  std::array<std::string_view, 4> parts;
  for (size_t i = 0; i < 4; ++i) {
    const size_t colon = std::min(name.find(':'), name.size());
    parts[i] = name.substr(0, colon);
    name.remove_prefix(std::min(colon + 1, name.size()));
  }
  Image image;
  const auto number = [](std::string_view text, auto* value) {
    return std::from_chars(text.data(), text.data() + text.size(), *value).ptr == text.data() + text.size() && !text.empty();
  };
  const auto kept = std::find(kNames.begin(), kNames.end(), parts[1]);
  if (!number(parts[0], &image.cut) || kept == kNames.end() || !number(parts[2], &image.which)) return std::nullopt;
  image.kept = static_cast<Kept>(kept - kNames.begin());
  image.grown = parts[3] == "grown";
  return image;
}

std::vector<size_t> Unsynced(const Recording& recording, size_t cut) {
  std::vector<size_t> writes;
  for (size_t i = 0; i < cut; ++i) {
    if (recording[i].kind == Kind::kSync)
      std::erase_if(writes, [&](size_t write) { return recording[write].file == recording[i].file; });
    const bool returned = i + 1 < cut;  // the last call may not have
    if (ChangesFile(recording[i].kind) && !(recording[i].kind == Kind::kDurableWrite && returned)) writes.push_back(i);
  }
  return writes;
}

std::vector<Image> PlanImages(const Recording& recording, size_t drawn, uint64_t seed) {
  SeededRandom random(seed);
  std::vector<Image> images;
  for (size_t cut = 1; cut <= recording.size(); ++cut) {
    const Kind last = recording[cut - 1].kind;
    if (!ChangesFile(last)) continue;  // nothing new
    images.push_back({cut, Image::Kept::kFirst, Unsynced(recording, cut).size(), false});
    const bool before_sync = cut == recording.size() || recording[cut].kind == Kind::kSync;  // earlier subsets are among these
    if (before_sync || last == Kind::kDurableWrite) PlanCut(recording, cut, drawn, &random, &images);
  }
  return images;
}

Files FilesOf(const Recording& recording, const Image& image) {
  const std::vector<size_t> unsynced = Unsynced(recording, image.cut);
  Files files;
  size_t next = 0, lengths[2] = {0, 0};
  for (size_t i = 0; i < image.cut; ++i) {
    if (!ChangesFile(recording[i].kind)) continue;
    size_t& length = lengths[static_cast<size_t>(recording[i].file)];
    length = std::max<uint64_t>(length, EndOf(recording[i]));
    if (next < unsynced.size() && unsynced[next] == i) {
      ++next;
    } else {
      Apply(&files, recording[i]);
    }
  }
  ApplyKept(&files, recording, image, unsynced);
  for (std::string* file : {&files.data, &files.tail}) {
    if (image.grown) file->resize(std::max(file->size(), lengths[file == &files.tail]), 0);
    file->resize((file->size() + kPage - 1) / kPage * kPage, 0);
  }
  return files;
}

std::set<std::string> AcknowledgedAt(const Recording& recording, size_t cut) {
  std::set<std::string> entries;
  for (size_t i = 0; i < cut; ++i)
    if (recording[i].kind == Kind::kAcknowledged) entries.insert(recording[i].bytes);
  return entries;
}

}  // namespace chancery::crash
