#include "net/cli/card_file.h"

#include <algorithm>
#include <filesystem>

#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {

absl::StatusOr<std::string> WriteCardFile(const Command& command, const Database& db) {
  const std::filesystem::path store = std::filesystem::path(command.globals.store).lexically_normal();
  const std::filesystem::path dir = store.has_filename() ? store.parent_path() : store.parent_path().parent_path();
  const std::string path = (dir / (db.site() + ".site")).string();
  if (absl::Status written = WriteFile(path, db.SiteCard()); !written.ok()) return written;
  return path;
}

bool HasOtherMember(const Snapshot& now) {
  const absl::StatusOr<StatusView> status = now.Status();
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  return status.ok() && sites.ok() && std::any_of(sites->begin(), sites->end(), [&](const SiteView& site) {
           return site.admitted && site.name != status->site;
         });
}

std::vector<std::string> ToBeAdmitted(const Command& command, const std::string& card, const std::string& frontier) {
  return {"chancery site admit " + ShellWord(card) + "   # at a member",
          "chancery bundle export --since " + frontier + " -o back.cbn   # there", command.Self() + " bundle apply back.cbn"};
}

}  // namespace chancery::cli
