#include <voronet/attacks/differential_evolution.h>

#include <algorithm>
#include <cmath>

namespace voronet {

const std::vector<Evolution>& evolution_presets() {
  static const std::vector<Evolution> presets = {
      {.name = "su2019", .base = Evolution::Base::random, .outside = Evolution::Outside::clip},
      {.name = "hess2020",
       .base = Evolution::Base::best,
       .scale_low = 0.5,
       .scale_high = 1,
       .outside = Evolution::Outside::redraw},
  };
  return presets;
}

const Evolution& evolution_preset(const std::string& name) {
  std::string names;
  for (const Evolution& preset : evolution_presets()) {
    if (preset.name == name) return preset;
    names += " " + preset.name;
  }
  throw Error(text("differential evolution: no preset is called ", name, "; there are", names));
}

DifferentialEvolution::DifferentialEvolution(const Evolution& settings, std::vector<double> extents,
                                             std::vector<double> initial, Random random)
    : settings_(settings), extents_(std::move(extents)), candidates_(std::move(initial)), random_(random) {
  const Evolution& s = settings_;
  require(s.population >= 4, "differential evolution: a population of ", s.population,
          ", at least 4 are needed");
  require(s.generations >= 0, "differential evolution: ", s.generations, " generations");
  require(s.scale_low >= 0 && s.scale_low <= s.scale_high, "differential evolution: F from ", s.scale_low,
          " to ", s.scale_high);
  require(s.crossover >= 0 && s.crossover <= 1, "differential evolution: crossover ", s.crossover,
          " is not a probability");
  require(!extents_.empty() && std::all_of(extents_.begin(), extents_.end(), [](double e) { return e > 0; }),
          "differential evolution: genes need positive extents");
  require(candidates_.size() == static_cast<std::size_t>(s.population) * extents_.size(),
          "differential evolution: ", candidates_.size(), " initial genes for ", s.population, " members of ",
          extents_.size());
  for (std::size_t i = 0; i < candidates_.size(); ++i)
    candidates_[i] = clip(candidates_[i], extents_[i % extents_.size()]);
}

void DifferentialEvolution::tell(std::span<const double> costs) {
  require(!finished(), "differential evolution: told of costs after its ", settings_.generations,
          " generations");
  require(std::ssize(costs) == settings_.population, "differential evolution: ", costs.size(), " costs for ",
          settings_.population, " candidates");
  for (const double cost : costs)
    require(!std::isnan(cost), "differential evolution: a cost is not a number");

  if (members_.empty()) {
    members_ = candidates_;
    costs_.assign(costs.begin(), costs.end());
  } else {
    select(costs);
  }
  best_ = std::min_element(costs_.begin(), costs_.end()) - costs_.begin();
  ++generation_;
  if (!finished()) breed();
}

std::span<const double> DifferentialEvolution::best() const {
  require(!members_.empty(), "differential evolution: there is no best member before the first costs");
  return member(best_);
}

double DifferentialEvolution::best_cost() const {
  require(!costs_.empty(), "differential evolution: there is no best cost before the first costs");
  return costs_[static_cast<std::size_t>(best_)];
}

std::span<const double> DifferentialEvolution::member(Index i) const {
  return std::span(members_).subspan(static_cast<std::size_t>(i) * extents_.size(), extents_.size());
}

// Each child competes with its own parent only.
void DifferentialEvolution::select(std::span<const double> costs) {
  const auto genes = std::ssize(extents_);
  for (Index i = 0; i < settings_.population; ++i) {
    if (costs[i] >= costs_[i]) continue;
    costs_[i] = costs[i];
    std::copy_n(candidates_.begin() + i * genes, genes, members_.begin() + i * genes);
  }
}

void DifferentialEvolution::breed() {
  const double scale = random_.uniform(settings_.scale_low, settings_.scale_high);
  for (Index i = 0; i < settings_.population; ++i) breed(i, scale);
}

void DifferentialEvolution::breed(Index i, double scale) {
  const Index r = other_than({i}), s = other_than({i, r});
  const auto plus = member(r), minus = member(s);
  const auto base = member(settings_.base == Evolution::Base::best ? best_ : other_than({i, r, s}));
  const auto parent = member(i);

  const Index always = random_.below(std::ssize(extents_));
  double* child = candidates_.data() + i * std::ssize(extents_);
  for (Index j = 0; j < std::ssize(extents_); ++j) {
    const bool from_child = random_.uniform() < settings_.crossover || j == always;
    child[j] = from_child ? into_box(base[j] + scale * (plus[j] - minus[j]), extents_[j]) : parent[j];
  }
}

Index DifferentialEvolution::other_than(std::initializer_list<Index> taken) {
  for (;;) {
    const Index i = random_.below(settings_.population);
    if (std::find(taken.begin(), taken.end(), i) == taken.end()) return i;
  }
}

double DifferentialEvolution::into_box(double gene, double extent) {
  if (gene >= 0 && gene < extent) return gene;
  return settings_.outside == Evolution::Outside::redraw ? random_.uniform(0, extent) : clip(gene, extent);
}

double DifferentialEvolution::clip(double gene, double extent) {
  return std::clamp(gene, 0.0, std::nextafter(extent, 0.0));  // the box is open above
}

}  // namespace voronet
