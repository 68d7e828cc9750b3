#include <voronet/apps/cli/errors.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/text/table.h>
#include <voronet/core/random.h>
#include <voronet/theory/random_checks.h>

namespace voronet {
namespace {

// A row a check, which begins with its name or its claim.
Rows rows_of(const CheckGroup& group, std::string Check::*first) {
  Rows rows;
  for (const Check& check : group.checks.all())
    rows.push_back({check.*first, significant(check.value, 3), significant(check.tolerance, 3),
                    thousands(check.trials), check.ok() ? "ok" : "FAILED"});
  return rows;
}

}  // namespace

Index failed(const CheckGroups& groups) {
  Index count = 0;
  for (const CheckGroup& group : groups) count += group.checks.failed();
  return count;
}

Index passed(const CheckGroups& groups) {
  Index count = -failed(groups);
  for (const CheckGroup& group : groups) count += std::ssize(group.checks.all());
  return count;
}

std::string check_tables(const CheckGroups& groups) {
  std::string out;
  for (const CheckGroup& group : groups)
    out += text_table({group.on, "value", "tolerance", "trials", ""}, rows_of(group, &Check::name)) + '\n';
  return out;
}

std::string check_html(const CheckGroups& groups) {
  std::string out;
  for (const CheckGroup& group : groups)
    out += html::titled_table(group.on, {"claim", "worst value", "tolerance", "trials", ""},
                              rows_of(group, &Check::claim));
  return out;
}

Json check_json(const CheckGroups& groups) {
  Json checks = Json::array();
  for (const CheckGroup& group : groups)
    for (const Check& check : group.checks.all())
      put(checks.emplace_back(), "on", group.on, "name", check.name, "claim", check.claim, "value",
          check.value, "tolerance", check.tolerance, "trials", check.trials, "ok", check.ok());
  return {{"passed", passed(groups)}, {"failed", failed(groups)}, {"checks", std::move(checks)}};
}

Checks random_checks(Index draws, std::uint64_t seed, Screen screen) {
  Checks checks;
  Random random(seed);
  Progress progress(screen, "random layers", "draws", draws);
  for (Index done = 0; done < draws; ++done) {
    require_not_interrupted("prove: stopped");
    check_random_centroids(checks, random);
    check_random_convolution(checks, random);
    check_random_slopes(checks, random);
    check_random_loss_gradients(checks, random);
    check_random_networks(checks, random);
    progress.update(done + 1);
  }
  return checks;
}

}  // namespace voronet
