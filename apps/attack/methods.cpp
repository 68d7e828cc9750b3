#include <voronet/apps/attack/methods.h>
#include <voronet/apps/cli/number_checks.h>

#include <algorithm>
#include <utility>

namespace voronet {

namespace {

constexpr const char* all = "all";
// What bounds a network's robustness from both sides, and whether colour images can be attacked so.
constexpr std::pair<const char*, bool> all_methods[] = {
    {"one-pixel", true}, {"corners", true}, {"exhaustive", false}, {"certify", true}, {"line", false}};

}  // namespace

const char* name_of(Goal goal) { return goal == Goal::flip ? "flip" : "confident-flip"; }

bool for_gray_images_only(const std::string& method) {
  return std::ranges::any_of(all_methods,
                             [&](const auto& known) { return known.first == method && !known.second; });
}

MethodTable::MethodTable(CLI::App& command) : command_(command) {
  auto* method = command.add_option("--method", chosen_)->type_name("NAME,...")->delimiter(',');
  command.add_option("--tau", shared_.tau, "A flip is confident above this confidence")
      ->check(number_from(0.0, 1.0));
  command.add_option("--seed", shared_.seed, "Same seed, same rows")->check(number_from<std::uint64_t>(0));
  option({"one-pixel", "corners", "sparse-rs", "exact"}, "--pixels", shared_.pixels,
         "At most so many pixels change; exact: 1, or of gray images 2 or 3", number_from<Index>(1));
  option({"one-pixel", "exhaustive", "exact", "corners", "sparse-rs"}, "--goal", shared_.ends,
         "What ends a search: flip or confident-flip", CLI::IsMember({"confident-flip", "flip"}));
  add_pixel_methods(*this);
  add_gradient_methods(*this);
  add_proof_methods(*this);

  std::string about = "How to attack; several with commas, one after another";
  std::vector<std::string> names;
  for (const Entry& entry : entries_) {
    about += "\n" + entry.name + ": " + entry.about;
    names.push_back(entry.name);
  }
  about += text("\n", all,
                ": one-pixel, corners, certify, and of gray images exhaustive and line; then one "
                "table of found <= exact <= not certified");
  names.emplace_back(all);
  method->description(about)->check(CLI::IsMember(names).description(""));
}

void MethodTable::add(const std::string& name, const std::string& about, Make make) {
  entries_.push_back({name, about, std::move(make)});
}

CLI::Option* MethodTable::heeded_by(const std::vector<std::string>& methods, CLI::Option* option) {
  options_.push_back({option, methods});
  return option->group("For --method " + listed(methods));
}

std::vector<std::string> MethodTable::chosen(Index channels) const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const std::string& name : chosen_) {
    if (name != all) add(name);
    for (const auto& [each, for_colour] : all_methods)
      if (name == all && (channels == 1 || for_colour)) add(each);
  }
  return names;
}

void MethodTable::require_heeded() const {
  const std::vector<std::string> names = chosen(1);
  for (const auto& [option, methods] : options_)
    require(option->empty() || std::ranges::find_first_of(names, methods) != names.end(),
            "attack: ", option->get_name(), " is for --method ", listed(methods), ", not for ",
            listed(chosen_));
}

ChosenMethod MethodTable::make(const std::string& name, const AttackedNetwork& network) const {
  require_heeded();
  const auto entry = std::ranges::find_if(entries_, [&](const Entry& each) { return each.name == name; });
  require(entry != entries_.end(), "attack: no method is called ", name);
  ChosenMethod method = entry->make(network);
  Json settings = {{"method", name}, {"tau", shared_.tau}};
  settings.update(method.settings);
  method.settings = settings;
  return method;
}

}  // namespace voronet
