#include <voronet/attacks/gradient/batch_watch.h>
#include <voronet/attacks/success.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>

namespace voronet {

BatchWatch::BatchWatch(const Predictor& predictor, const Tensor& images, std::span<const AttackJob> jobs,
                       double tau, std::uint64_t seed)
    : predictor_(predictor), images_(images), tau_(tau), best_(jobs.size()) {
  require(images.dim(0) == std::ssize(jobs), "attack: ", images.dim(0), " images for ", jobs.size(), " jobs");
  const Prediction clean = predictor(images);
  for (Index i = 0; i < images.dim(0); ++i) {
    AttackRow row = row_of(jobs[i], seed);
    start(row, clean, i, tau);
    rows_.push_back(std::move(row));
  }
}

void BatchWatch::count() {
  for (AttackRow& row : rows_) ++row.queries;
}

void BatchWatch::look(const Prediction& answers, const Tensor& images, const Worth& worth) {
  for (Index i = 0; i < std::ssize(rows_); ++i) {
    AttackRow& row = rows_[i];
    if (!is_flip(row, answers, i)) continue;
    const auto value = worth ? worth(i) : answers.confidence(i, answers.classes[i]);
    if (!value) continue;
    const bool confident = note_flip(row, answers, i, row.queries, tau_);
    Best& best = best_[i];
    const bool first = best.image.empty();
    const bool goes_before =
        prefer_confident_ && confident != best.confident ? confident : *value > best.worth;
    if (!first && !goes_before) continue;
    const Tensor image = slice(images, 0, i, i + 1).to(Dtype::f32);
    best = {{image.values<float>().begin(), image.values<float>().end()}, *value, confident};
  }
}

void BatchWatch::confirm(AttackRow& row, Best& best, const Tensor& before) const {
  const Tensor written(before.shape(), Dtype::f32);
  std::copy(best.image.begin(), best.image.end(), written.mutable_data<float>());
  if (confirm_flip(row, predictor_(written.to(before.dtype())), tau_))
    row.perturbation = perturbation(before, std::move(best.image));
}

std::vector<AttackRow> BatchWatch::finish() {
  for (Index i = 0; i < std::ssize(rows_); ++i)
    if (!best_[i].image.empty()) confirm(rows_[i], best_[i], slice(images_, 0, i, i + 1));
  return std::move(rows_);
}

Prediction answers_of(const Classifier& model, const Tensor& logits) {
  const NoGrad scope;
  const Tensor plain = logits.detach();
  return {plain, model.head().confidences(plain), argmax(plain)};
}

}  // namespace voronet
