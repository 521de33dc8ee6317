#include "net/cli/verb.h"

#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"

namespace chancery::cli {

Option Option::Required() const { return option_->required(), *this; }
Option Option::Between(int least, int most) const { return option_->check(CLI::Range(least, most)), *this; }
Option Option::In(const std::vector<std::string>& words) const { return option_->check(CLI::IsMember(words)), *this; }
Option Option::OneEach() const { return option_->expected(1)->take_all(), *this; }
Option Option::LastCounts() const { return option_->take_last(), *this; }

Verb Verb::Sub(const std::string& name, const std::string& help) const {
  app_->require_subcommand(1);
  return Verb(app_->add_subcommand(name, help));
}

Verb Verb::OneOf(const std::string& title, const std::string& help) const {
  CLI::App* group = app_->add_option_group(title, help);
  group->require_option(1);
  return Verb(group);
}

void Verb::Flag(const std::string& names, bool& value, const std::string& help) const { app_->add_flag(names, value, help); }

void Verb::OnParsed(std::function<void()> function) const { app_->callback(std::move(function)); }

Option Verb::Add(const std::string& names, Target value, const std::string& help, const std::string& type) const {
  CLI::Option* option = std::visit([&](auto* one) { return app_->add_option(names, *one, help); }, value);
  return cli::Option(option->type_name(type));
}

}  // namespace chancery::cli
