#include <voronet/apps/attack_methods.h>
#include <voronet/apps/pixel_methods.h>
#include <voronet/core/text.h>

#include <algorithm>

namespace voronet {

MethodTable::MethodTable(CLI::App& command) : command_(command) {
  auto* method = command.add_option("--method", method_)->type_name("NAME");
  command.add_option("--tau", shared_.tau, "A flip is confident above this confidence")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--seed", shared_.seed, "Same seed, same rows");
  add_pixel_methods(*this);

  std::string about = "How to attack";
  std::vector<std::string> names;
  for (const Entry& entry : entries_) {
    about += "\n" + entry.name + ": " + entry.about;
    names.push_back(entry.name);
  }
  method->description(about)->check(CLI::IsMember(names).description(""));
}

void MethodTable::add(const std::string& name, const std::string& about, Make make) {
  entries_.push_back({name, about, std::move(make)});
}

CLI::Option* MethodTable::heeded_by(const std::vector<std::string>& methods, CLI::Option* option) {
  options_.push_back({option, methods});
  return option->group("For --method " + listed(methods));
}

ChosenMethod MethodTable::choose(const AttackedNetwork& network) const {
  for (const auto& [option, methods] : options_)
    require(option->empty() || std::find(methods.begin(), methods.end(), method_) != methods.end(),
            "attack: ", option->get_name(), " is for --method ", listed(methods), ", not for ", method_);
  const auto entry =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) { return each.name == method_; });
  ChosenMethod method = entry->make(network);
  Json settings = {{"method", method_}, {"tau", shared_.tau}};
  settings.update(method.settings);
  method.settings = settings;
  return method;
}

}  // namespace voronet
