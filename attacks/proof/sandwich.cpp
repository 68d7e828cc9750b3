#include <voronet/attacks/proof/sandwich.h>

#include <algorithm>
#include <functional>

namespace voronet {
namespace {

// Which success is meant, in which of its claims.
enum class Success { flip, confident };

// What a method says of an image: that it can be flipped, or that it may.
using Says = std::function<bool(const AttackRow& row, Success success)>;

bool flips(const AttackRow& row, Success success) {
  return success == Success::flip ? row.flip() : row.confident_flip();
}
bool stays_open(const AttackRow& row, Success success) {
  return !(success == Success::flip ? row.proof->certified : row.proof->certified_confident);
}

const char* name_of(Success success) { return success == Success::flip ? "a flip" : "a confident flip"; }

void require_same_images(const NamedRun& a, const NamedRun& b) {
  const auto same = [](const AttackRow& x, const AttackRow& y) {
    return x.index == y.index && x.label == y.label && !x.target && !y.target;
  };
  require(std::equal(a.run->rows.begin(), a.run->rows.end(), b.run->rows.begin(), b.run->rows.end(), same),
          "sandwich: ", a.method, " and ", b.method, " attacked different images, or with targets");
}

// Throws where `lower` claims what `upper` excludes.
void require_below(const NamedRun& lower, const NamedRun& upper, const Says& allowed) {
  for (std::size_t i = 0; i < lower.run->rows.size(); ++i)
    for (const Success success : {Success::flip, Success::confident})
      require(!flips(lower.run->rows[i], success) || allowed(upper.run->rows[i], success),
              "sandwich: ", lower.method, " found ", name_of(success), " of image ", lower.run->rows[i].index,
              ", which ", upper.method, " excludes: one of them is wrong");
}

// Of how many images some of the runs say so.
Sandwich::Layer layer(const std::vector<NamedRun>& runs, const Says& says, double tau) {
  const std::vector<AttackRow>& rows = runs.front().run->rows;
  Index count = 0, confident = 0, eligible = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto any = [&](Success success) {
      return std::any_of(runs.begin(), runs.end(),
                         [&](const NamedRun& each) { return says(each.run->rows[i], success); });
    };
    count += any(Success::flip);
    if (!confident_before(rows[i], tau)) continue;
    ++eligible;
    confident += any(Success::confident);
  }
  std::vector<std::string> methods;
  for (const NamedRun& each : runs) methods.push_back(each.method);
  return {listed(methods), success_rate(count, std::ssize(rows)), success_rate(confident, eligible)};
}

}  // namespace

Sandwich sandwich(const std::vector<NamedRun>& searches, const std::optional<NamedRun>& exact,
                  const std::vector<NamedRun>& proofs, double tau) {
  std::vector<NamedRun> claims = searches;
  if (exact) claims.push_back(*exact);
  for (const NamedRun& claim : claims) {
    require_same_images(claim, claims.front());
    if (exact) require_below(claim, *exact, flips);
    for (const NamedRun& proof : proofs) {
      require_same_images(claim, proof);
      require_below(claim, proof, stays_open);
    }
  }
  Sandwich result;
  if (!searches.empty()) result.found = layer(searches, flips, tau);
  if (exact) result.exact = layer({*exact}, flips, tau);
  for (const NamedRun& proof : proofs) result.open.push_back(layer({proof}, stays_open, tau));
  return result;
}

}  // namespace voronet
