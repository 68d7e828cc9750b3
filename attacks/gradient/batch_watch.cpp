#include <voronet/attacks/gradient/batch_watch.h>
#include <voronet/attacks/success.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {
namespace {

constexpr std::size_t kept_flips = 3;  // of an image, in case that the best are flips in a batch alone

}  // namespace

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
    if (may_be_confident(rows_[i], tau_) ? !rows_[i].confident_flip() : !rows_[i].flip()) images.push_back(i);
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
