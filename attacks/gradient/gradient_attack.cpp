#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/core/operators/elementwise.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/parallel.h>

#include <cmath>
#include <iterator>

namespace voronet {

std::vector<AttackRow> attack_in_pieces(Classifier& model, const data::Images& images,
                                        std::span<const AttackJob> jobs, double tau, std::uint64_t seed,
                                        const AttackPiece& attack) {
  constexpr Index piece_size = gradient_batch;
  const Evaluating evaluating(model);
  const Predictor predictor(model, piece_size);
  const Tensor all = data::to_tensor(images, model.dtype());

  const Index pieces = divide_up(images.count, piece_size);
  std::vector<std::vector<AttackRow>> rows(pieces);
  parallel_for(pieces, 1, [&](Index piece, Index) {
    const Index first = piece * piece_size, last = std::min(first + piece_size, images.count);
    const Tensor some = slice(all, 0, first, last);
    const auto some_jobs = jobs.subspan(first, last - first);
    BatchWatch watch(predictor, some, some_jobs, tau, seed);
    attack(some, some_jobs, watch);
    rows[piece] = watch.finish();
  });

  std::vector<AttackRow> joined;
  for (auto& piece : rows) std::move(piece.begin(), piece.end(), std::back_inserter(joined));
  return joined;
}

Tensor finite_part(const Tensor& gradient) {
  return apply("finite_part", gradient, [](auto value) { return std::isfinite(value) ? value : 0; });
}

Aims aims_of(std::span<const AttackJob> jobs, Dtype dtype) {
  Aims aims;
  std::vector<double> signs;
  for (const AttackJob& job : jobs) {
    aims.classes.push_back(job.target.value_or(job.label));
    signs.push_back(job.target ? -1 : 1);
  }
  aims.signs = from(signs, {std::ssize(jobs), 1, 1, 1}, dtype);
  return aims;
}

std::string gradient_rules(const std::string& change, const GradientRules& rules) {
  return text("The attacker has the network itself and its gradients and may ", change,
              ", within [0, 1]: the result is an image of numbers, not of bytes. Only images that the model "
              "classifies correctly are attacked. A flip changes the class (of a targeted attack: to the "
              "target); it is confident when the new class's confidence is above ",
              rules.tau, ", where the true class's was at least that before. ",
              rules.only_result ? "Only what the attack ends with is judged."
                                : "Every image on the way is judged, and the best one counts.");
}

}  // namespace voronet
