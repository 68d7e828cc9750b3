// Attacks the images of a data set, several at a time: one on each thread.
#pragma once

#include <voronet/attacks/attack_row.h>
#include <voronet/attacks/attacked_model.h>
#include <voronet/data/image_range.h>

#include <concepts>
#include <functional>
#include <limits>
#include <span>

namespace voronet {

inline constexpr Index gradient_batch = 16;  // images that a gradient attack has in work on a thread

struct AttackRun {
  std::vector<AttackRow> rows;  // in the order of images, then targets
  // What this call itself did, without rows that it took over: time that went by, and queries.
  double seconds = 0;
  Index queries = 0;
  // The images that the rows speak of: one without a row is classified wrongly. Empty where nobody says.
  data::ImageRange range = {};
};

// One of several processes that share a run: it attacks every parts-th of the batches that the attack is
// asked for at once, from number `part` on. All parts' rows together are those of one process.
struct Share {
  Index part = 0, parts = 1;  // part within 0..parts-1
};

struct AttackAll {
  Index images = 100;  // the first so many that the model classifies correctly, or all if there are fewer
  Index start = 0;     // images before this one are passed over
  // And from this one on. The same for every network: images = last - first, start = first, end = last.
  Index end = std::numeric_limits<Index>::max();
  bool targeted = false;  // one attack for each class but the label, so classes - 1 rows an image
  Share share = {};       // the result has only this share's rows, and the finished ones

  // Rows of an earlier, interrupted call with the same options: taken over, not computed again.
  std::vector<AttackRow> finished = {};
  // Called for each new row, in their order, with what there is so far and how many rows there will be: as
  // soon as the rows before are there, on any thread, one at a time. What it throws ends the run.
  using Progress = std::function<void(const AttackRun& so_far, Index total)>;
  Progress progress = {};
};

// A method with its options and its model, ready for one image after another.
using Attack =
    std::function<AttackRow(const data::Images& image, Index index, int label, std::optional<int> target)>;

// A method for several images at a time: images[i] is that of jobs[i]. One row a job, in their order.
using AttackMany =
    std::function<std::vector<AttackRow>(const data::Images& images, std::span<const AttackJob> jobs)>;

// predict says which images are classified correctly. The attack is asked for several images at once, on
// different threads, within a parallel loop (so that what it computes stays on its thread; the only image of
// a run has all threads). Rows don't depend on the number of threads if the attack doesn't. Throws Error when
// a finished row is of an image, label or target that is not attacked, has another seed than the others, or
// says what cannot be of its image.
AttackRun attack_all(const Attack& attack, const Predict& predict, const data::Dataset& set,
                     const AttackAll& options = {});

// The same with `at_once` >= 1 jobs for each call of the attack. Which jobs come together depends on their
// order alone: when some of them have a finished row, the attack gets them all again, and only the missing
// rows are taken. So its last bits, which may depend on its companions, stay.
AttackRun attack_all(const AttackMany& attack, Index at_once, const Predict& predict,
                     const data::Dataset& set, const AttackAll& options = {});

// What a method for one image at a time is: options that the function attack() takes, and threat_model(),
// which says what the attacker knows and may do and what is success.
template <class Options>
concept Method = requires(const Options& options, const AttackedModel& model, const data::Images& image) {
  { attack(options, model, image, Index{}, int{}, std::optional<int>{}) } -> std::same_as<AttackRow>;
};

// attack_all(OnePixel{.seed = 1}, net, test_set, {.images = 1000})
template <Method Options>
AttackRun attack_all(const Options& method, const AttackedModel& model, const data::Dataset& set,
                     const AttackAll& options = {}) {
  const Attack one = [&](const data::Images& image, Index index, int label, std::optional<int> target) {
    return attack(method, model, image, index, label, target);
  };
  return attack_all(one, model.predict, set, options);
}

// What a method that goes by gradients is, of some images at a time.
template <class Options>
concept GradientMethod = requires(const Options& options, Classifier& model, const data::Images& images,
                                  std::span<const AttackJob> jobs) {
  { attack(options, model, images, jobs) } -> std::same_as<std::vector<AttackRow>>;
};

// attack_all(fgsm(), net, test_set, {.images = 1000})
template <GradientMethod Options>
AttackRun attack_all(const Options& method, Classifier& model, const data::Dataset& set,
                     const AttackAll& options = {}) {
  const AttackMany many = [&](const data::Images& images, std::span<const AttackJob> jobs) {
    return attack(method, model, images, jobs);
  };
  return attack_all(many, gradient_batch, predict_with(model), set, options);
}

// Throws Error for a data set of points: attacks change pixels.
void require_images(const data::Dataset& set);

// The first `count` images from `start` on and before `end` that the model classifies correctly, or all if
// there are fewer. Where what it says is not finite it does not. Throws Error as require_images does.
std::vector<Index> correctly_classified(const Predict& predict, const data::Dataset& set, Index count,
                                        Index start = 0, Index end = std::numeric_limits<Index>::max());

}  // namespace voronet
