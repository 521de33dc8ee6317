#include "engine/pipeline/card.h"

#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

// `replaces` is "" where the card replaces nothing.
std::string CardMessage(std::string_view site, std::string_view role, std::string_view registry, std::string_view key,
                        std::string_view replaces) {
  return Cat("chancery/card/1\n", site, "\n", role, "\n", registry, "\n", key, replaces.empty() ? "" : "\n", replaces);
}

absl::Status NoCard(std::string_view why) {
  return Refuse({"admission", "", "", Cat("this is no site card: ", why),
                 "chancery site card writes NAME.site at the site that asks to be admitted"});
}

}  // namespace

std::string_view RoleName(Role role) { return role == Role::kFull ? "full" : role == Role::kBlind ? "blind" : "witness"; }

std::optional<Role> RoleOf(std::string_view name) {
  for (const Role role : {Role::kFull, Role::kBlind, Role::kWitness})
    if (RoleName(role) == name) return role;
  return std::nullopt;
}

std::string VouchMessage(const RegistryId& registry, std::string_view words) {
  return Cat("chancery/vouch/1\n", Hex(registry.view()), "\n", words);
}

std::string WriteCard(std::string_view site, Role role, const RegistryId& registry, const KeyPair& key,
                      const std::optional<PublicKey>& replaces) {
  const std::string role_name(RoleName(role));
  const std::string registry_hex = Hex(registry.view()), key_hex = Hex(key.public_key().view());
  const std::string replaces_hex = replaces ? Hex(replaces->view()) : "";
  const Signature signature = key.Sign(CardMessage(site, role_name, registry_hex, key_hex, replaces_hex));
  Literal card =
      Literal::Object({{"site", std::string(site)}, {"role", role_name}, {"registry", registry_hex}, {"key", key_hex}});
  if (replaces) card.Add("replaces", replaces_hex);
  return card.Add("signature", Hex(signature.view())).Json() + "\n";
}

absl::StatusOr<Card> ReadCard(std::string_view text, const RegistryId& registry) {
  const absl::StatusOr<Literal> json = ParseJson(text);
  if (!json.ok()) return NoCard(S(json.status().message()));
  for (const char* member : {"site", "role", "registry", "key", "signature"}) {
    const Literal* found = json->Find(member);
    if (found == nullptr || found->type != Literal::Type::kText) return NoCard(Cat("it has no ", member));
  }
  const std::string site = json->Find("site")->text, role = json->Find("role")->text, of = json->Find("registry")->text;
  const Literal* replaces = json->Find("replaces");
  std::string key, signature, replaced;
  if (!IsName(site)) return NoCard(Cat("\"", site, "\" is no name of a site"));
  if (!Unhex(json->Find("key")->text, &key) || key.size() != 32 || !Unhex(json->Find("signature")->text, &signature) ||
      signature.size() != 64 || (replaces != nullptr && (!Unhex(replaces->text, &replaced) || replaced.size() != 32)))
    return NoCard("its key or signature is cut short");
  const std::optional<Role> as = RoleOf(role);
  if (!as) return NoCard(Cat("\"", role, "\" is no role"));
  if (of != Hex(registry.view()))
    return Refuse({"admission", "", "", "the card is for another registry", "join with a bundle of this registry"});
  if (!Verify(PublicKey::From(key), CardMessage(site, role, of, Hex(key), Hex(replaced)), Signature::From(signature)))
    return NoCard("its signature does not hold");
  Card card;
  card.site = site;
  card.role = *as;
  card.key = PublicKey::From(key);
  if (replaces != nullptr) card.replaces = PublicKey::From(replaced);
  return card;
}

std::string FingerprintOf(const PublicKey& key) {
  const std::string hex = Hex(Cut(Sha256({key.view()})).view());
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 4) out += (i > 0 ? " " : "") + hex.substr(i, 4);
  return out;
}

}  // namespace chancery
