#include <voronet/apps/cli/interrupt.h>
#include <voronet/apps/prove/random_checks.h>
#include <voronet/core/error.h>
#include <voronet/core/random.h>
#include <voronet/theory/random_centroid_checks.h>
#include <voronet/theory/random_lipschitz_checks.h>

namespace voronet {

Checks random_checks(Index draws, std::uint64_t seed, Screen screen) {
  Checks checks;
  Random random(seed);
  Progress progress(screen, "random layers", "draws", draws);
  for (Index done = 0; done < draws; ++done) {
    require_not_interrupted("prove: stopped");
    check_random_centroids(checks, 1, random);
    check_random_convolution(checks, random);
    check_random_slopes(checks, random);
    check_random_loss_gradients(checks, random);
    check_random_networks(checks, random);
    progress.update(done + 1);
  }
  return checks;
}

}  // namespace voronet
