#include <voronet/attacks/pixel/differential_evolution.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

double clip(double gene, double extent) {
  return std::clamp(gene, 0.0, std::nextafter(extent, 0.0));  // the box is open above
}

}  // namespace

DifferentialEvolution::DifferentialEvolution(const Evolution& settings, std::vector<double> extents,
                                             std::vector<double> initial, Random random)
    : settings_(settings),
      extents_(std::move(extents)),
      candidates_(std::move(initial)),
      control_(settings),
      random_(random) {
  require_evolution(settings_);
  require(!extents_.empty() && std::all_of(extents_.begin(), extents_.end(), [](double e) { return e > 0; }),
          "differential evolution: genes need positive extents");
  require(candidates_.size() == static_cast<std::size_t>(settings_.population) * extents_.size(),
          "differential evolution: ", candidates_.size(), " initial genes for ", settings_.population,
          " members of ", extents_.size());
  for (std::size_t i = 0; i < candidates_.size(); ++i)
    candidates_[i] = clip(candidates_[i], extents_[i % extents_.size()]);
}

void DifferentialEvolution::tell(std::span<const double> costs) {
  require(!finished(), "differential evolution: told of costs after its ", settings_.budget(),
          " evaluations");
  require(std::ssize(costs) == population(), "differential evolution: ", costs.size(), " costs for ",
          population(), " candidates");
  for (const double cost : costs)
    require(std::isfinite(cost), "differential evolution: a cost is not a finite number");

  told_ += population();
  ++generation_;
  if (members_.empty()) {
    members_ = candidates_;
    costs_.assign(costs.begin(), costs.end());
    rates_.resize(costs.size());
  } else {
    select(costs);
  }
  ranking_.resize(costs_.size());
  std::iota(ranking_.begin(), ranking_.end(), 0);
  std::stable_sort(ranking_.begin(), ranking_.end(), [&](Index a, Index b) { return costs_[a] < costs_[b]; });
  if (settings_.smallest_population > 0) shrink();
  if (!finished()) breed();
}

std::span<const double> DifferentialEvolution::best() const {
  require(!members_.empty(), "differential evolution: there is no best member before the first costs");
  return member(ranking_.front());
}

double DifferentialEvolution::best_cost() const {
  require(!costs_.empty(), "differential evolution: there is no best cost before the first costs");
  return costs_[ranking_.front()];
}

std::span<const double> DifferentialEvolution::member(Index i) const {
  if (i >= std::ssize(costs_)) return archive_[i - std::ssize(costs_)];
  return std::span(members_).subspan(i * extents_.size(), extents_.size());
}

// Each child competes with its own parent only.
void DifferentialEvolution::select(std::span<const double> costs) {
  const auto genes = std::ssize(extents_);
  std::vector<EvolutionSuccess> successes;
  for (Index i = 0; i < std::ssize(costs); ++i) {
    if (costs[i] >= costs_[i]) continue;
    successes.push_back({child_rates_[i], costs_[i] - costs[i]});
    archive(member(i));
    costs_[i] = costs[i];
    rates_[i] = child_rates_[i];
    std::copy_n(candidates_.begin() + i * genes, genes, members_.begin() + i * genes);
  }
  control_.learn(successes);
}

// A full archive forgets a random one.
void DifferentialEvolution::archive(Genes parent) {
  const auto room = static_cast<Index>(settings_.archive * static_cast<double>(costs_.size()));
  if (room == 0) return;
  if (std::ssize(archive_) < room)
    archive_.emplace_back(parent.begin(), parent.end());
  else
    archive_[random_.below(std::ssize(archive_))].assign(parent.begin(), parent.end());
}

// The worst members go, and as many of the archive at random as have no room any more.
void DifferentialEvolution::shrink() {
  const double spent = static_cast<double>(told_) / static_cast<double>(settings_.budget());
  const auto next =
      std::lround(static_cast<double>(settings_.population) +
                  spent * static_cast<double>(settings_.smallest_population - settings_.population));
  if (next >= std::ssize(costs_)) return;

  std::vector<Index> kept(ranking_.begin(), ranking_.begin() + next);
  std::vector<double> members, costs;
  std::vector<EvolutionRates> rates;
  for (const Index i : kept) {
    members.insert(members.end(), member(i).begin(), member(i).end());
    costs.push_back(costs_[i]);
    rates.push_back(rates_[i]);
  }
  members_ = std::move(members);
  costs_ = std::move(costs);
  rates_ = std::move(rates);
  candidates_.resize(members_.size());
  ranking_.resize(costs_.size());
  std::iota(ranking_.begin(), ranking_.end(), 0);

  while (static_cast<double>(archive_.size()) > settings_.archive * static_cast<double>(costs_.size())) {
    std::swap(archive_[random_.below(std::ssize(archive_))], archive_.back());
    archive_.pop_back();
  }
}

void DifferentialEvolution::breed() {
  child_rates_ = control_.draw(rates_, random_);
  for (Index i = 0; i < population(); ++i) breed(i);
}

void DifferentialEvolution::breed(Index i) {
  const auto [scale, crossover] = child_rates_[i];
  const Index n = population(), r = other_than({i}, n), s = other_than({i, r}, n + std::ssize(archive_));
  const Genes parent = member(i), plus = member(r), minus = member(s);
  Genes base = parent, towards = parent;
  switch (settings_.base) {
    case Evolution::Base::random:
      base = towards = member(other_than({i, r, s}, n));
      break;
    case Evolution::Base::best:
      base = towards = best();
      break;
    case Evolution::Base::towards_best:
      towards = member(one_of_the_best());
      break;
  }

  const Index always = random_.below(std::ssize(extents_));
  double* child = candidates_.data() + i * std::ssize(extents_);
  for (Index j = 0; j < std::ssize(extents_); ++j) {
    const bool from_child = random_.uniform() < crossover || j == always;
    const double gene = base[j] + scale * (towards[j] - base[j]) + scale * (plus[j] - minus[j]);
    child[j] = from_child ? into_box(gene, parent[j], extents_[j]) : parent[j];
  }
}

Index DifferentialEvolution::one_of_the_best() {
  const auto share = std::lround(settings_.best_share * static_cast<double>(population()));
  return ranking_[random_.below(std::max<Index>(share, 2))];
}

Index DifferentialEvolution::other_than(std::initializer_list<Index> taken, Index among) {
  for (;;) {
    const Index i = random_.below(among);
    if (std::find(taken.begin(), taken.end(), i) == taken.end()) return i;
  }
}

double DifferentialEvolution::into_box(double gene, double parent, double extent) {
  if (gene >= 0 && gene < extent) return gene;
  switch (settings_.outside) {
    case Evolution::Outside::redraw:
      return random_.uniform(0, extent);
    case Evolution::Outside::halfway:
      return clip((parent + (gene < 0 ? 0 : extent)) / 2, extent);
    case Evolution::Outside::clip:
      break;
  }
  return clip(gene, extent);
}

}  // namespace voronet
