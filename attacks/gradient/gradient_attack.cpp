#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/attacks/success.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace voronet {

constexpr std::size_t kept_flips = 3;  // of an image, in case that the best are flips in a batch alone

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

Tensor margins(const Tensor& logits, const Tensor& aimed) {
  // Not by products with 0, which are NaN of an infinite logit.
  const Tensor never = full({}, -std::numeric_limits<double>::infinity(), logits.dtype());
  return sum(where(aimed, logits, zeros({}, logits.dtype())), {1}) - max(where(aimed, never, logits), 1);
}

Tensor MarginLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  return -sum(margins(logits, one_hot(labels, logits.dim(1), logits.dtype())));
}

BatchWatch::BatchWatch(const Predictor& predictor, const Tensor& images, std::span<const AttackJob> jobs,
                       double tau, std::uint64_t seed)
    : predictor_(predictor), images_(images), tau_(tau), best_(jobs.size()) {
  require(images.dim(0) == std::ssize(jobs), "attack: ", images.dim(0), " images for ", jobs.size(), " jobs");
  const Prediction clean = predictor(images);
  for (Index i = 0; i < images.dim(0); ++i) {
    AttackRow row = row_of(jobs[i], seed);
    start(row, clean, i, tau);
    rows_.push_back(std::move(row));
    now_.push_back(static_cast<int>(i));
  }
}

std::vector<int> BatchWatch::unflipped() const {
  std::vector<int> images;
  for (int i = 0; i < std::ssize(rows_); ++i)
    if (confident_before(rows_[i], tau_) ? !rows_[i].confident_flip() : !rows_[i].flip()) images.push_back(i);
  return images;
}

void BatchWatch::count() {
  for (const int i : now_) ++rows_[i].queries;
}

void BatchWatch::look(const Prediction& answers, const Tensor& images, const Worth& worth) {
  for (Index i = 0; i < std::ssize(now_); ++i) {
    AttackRow& row = rows_[now_[i]];
    if (!is_flip(row, answers, i)) continue;
    auto value = worth ? worth(i) : answers.confidence(i, answers.classes[i]);
    if (!value) continue;
    if (std::isnan(*value)) value = -std::numeric_limits<double>::infinity();  // any other goes before
    Best found{{}, *value, note_flip(row, answers, i, row.queries, tau_)};
    std::vector<Best>& best = best_[now_[i]];
    const auto place =
        std::find_if(best.begin(), best.end(), [&](const Best& kept) { return goes_before(found, kept); });
    if (place == best.end() && best.size() == kept_flips) continue;
    const Tensor image = slice(images, 0, i, i + 1).to(Dtype::f32);
    found.image.assign(image.values<float>().begin(), image.values<float>().end());
    best.insert(place, std::move(found));
    if (best.size() > kept_flips) best.pop_back();
  }
}

bool BatchWatch::goes_before(const Best& a, const Best& b) const {
  return prefer_confident_ && a.confident != b.confident ? a.confident : a.worth > b.worth;
}

void BatchWatch::confirm(AttackRow& row, std::vector<Best>& best, const Tensor& before) const {
  for (Best& flip : best) {
    const Tensor written(before.shape(), Dtype::f32);
    std::copy(flip.image.begin(), flip.image.end(), written.mutable_data<float>());
    const Prediction alone = predictor_(written.to(before.dtype()));
    if (!is_flip(row, alone, 0) && &flip != &best.back()) continue;
    if (confirm_flip(row, alone, tau_)) row.perturbation = perturbation(before, std::move(flip.image));
    return;
  }
}

std::vector<AttackRow> BatchWatch::finish() {
  for (Index i = 0; i < std::ssize(rows_); ++i) confirm(rows_[i], best_[i], slice(images_, 0, i, i + 1));
  return std::move(rows_);
}

Prediction answers_of(const Classifier& model, const Tensor& logits) {
  const NoGrad scope;
  const Tensor plain = logits.detach();
  return {plain, model.head().confidences(plain), argmax(plain)};
}

}  // namespace voronet
