#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/success.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

void check_size(const Prediction& prediction, Index images) {
  require(std::ssize(prediction.classes) == images &&
              prediction.confidences.shape() == prediction.logits.shape() &&
              prediction.confidences.rank() == 2 && prediction.confidences.dim(0) == images,
          "attack: the model's prediction does not fit its ", images, " images");
}

// The new class's confidence; what is none is less than any.
double worth(const Prediction& answers, Index i) {
  const double confidence = answers.confidence(i, answers.classes[i]);
  return std::isnan(confidence) ? -1 : confidence;
}

}  // namespace

FlipWatch::FlipWatch(const Predict& predict, const data::Images& image, AttackRow row, Goal goal, double tau)
    : predict_(predict), image_(image), row_(std::move(row)), goal_(goal), tau_(tau) {
  require(image.count == 1, "attack: ", image.count, " images where one is attacked");
  start(row_, ask(image), 0, tau);
}

Prediction FlipWatch::ask(const data::Images& images) const {
  Prediction prediction = predict_(images);
  check_size(prediction, images.count);
  return prediction;
}

void FlipWatch::count(const Prediction& answers, Index images) {
  check_size(answers, images);
  row_.queries += images;
}

void FlipWatch::look(const Prediction& answers,
                     const std::function<std::vector<std::uint8_t>(Index)>& image_of) {
  const Index images = std::ssize(answers.classes);
  for (Index i = 0; i < images; ++i) {
    if (!is_flip(answers, i)) continue;
    if (best_flip_.empty() || worth(answers, i) > best_worth_)
      confirm(image_of(i), row_.queries - images + i + 1);
  }
}

// By the model's word on the image alone: a quick answer, or one beside others, may be another's by rounding,
// and a search that took it for the goal would end with nothing.
void FlipWatch::confirm(std::vector<std::uint8_t> pixels, Index query) {
  data::Images changed = image_;
  changed.pixels = std::move(pixels);
  const Prediction alone = ask(changed);
  if (!is_flip(alone, 0) || (!best_flip_.empty() && worth(alone, 0) <= best_worth_)) return;
  note_flip(row_, alone, 0, query, tau_);
  confirm_flip(row_, alone, tau_);
  best_flip_ = std::move(changed.pixels);
  best_worth_ = worth(alone, 0);
}

void FlipWatch::see(const Prediction& answers, const PixelCandidates& candidates) {
  count(answers, candidates.count());
  look(answers, [&](Index i) { return changed_images(image_, candidates.select({&i, 1})).pixels; });
}

bool FlipWatch::done() const {
  return goal_ == Goal::flip || !confident_before(row_, tau_) ? row_.flip() : row_.confident_flip();
}

bool FlipWatch::is_flip(const Prediction& answers, Index i) const {
  return voronet::is_flip(row_, answers, i);
}

bool FlipWatch::is_confident(const Prediction& answers, Index i) const {
  return voronet::is_confident(row_, answers, i, tau_);
}

// The class to reach: the target, or the most likely one but the label.
int FlipWatch::rival(std::span<const double> logits) const {
  if (row_.target) return *row_.target;
  int best = row_.label == 0 ? 1 : 0;
  for (int c = 0; c < std::ssize(logits); ++c)
    if (c != row_.label && logits[c] > logits[best]) best = c;
  return best;
}

// What ln(confidence of class `to`) lacks of ln tau; 0 unless the goal asks for it.
double FlipWatch::missing_confidence(const Prediction& answers, Index i, int to) const {
  constexpr double smallest = 1e-300;  // confidences may be 0 in their precision
  if (goal_ != Goal::confident_flip || !confident_before(row_, tau_)) return 0;
  return std::max(0.0, std::log(tau_) - std::log(std::max(answers.confidence(i, to), smallest)));
}

std::vector<double> FlipWatch::shortfalls(const Prediction& answers) const {
  const std::vector<double> logits = answers.logits.to_vector();
  const Index classes = answers.logits.dim(1);
  std::vector<double> shortfalls;
  for (Index i = 0; i < answers.logits.dim(0); ++i) {
    const auto row = std::span(logits).subspan(i * classes, classes);
    const int to = rival(row);
    double largest_other = row[row_.label];
    for (int c = 0; c < classes; ++c)
      if (c != to) largest_other = std::max(largest_other, row[c]);
    shortfalls.push_back(finite_cost(largest_other - row[to] + missing_confidence(answers, i, to)));
  }
  return shortfalls;
}

std::vector<double> FlipWatch::target_losses(const Prediction& answers) const {
  require(row_.target.has_value(), "attack: the target's loss of an attack without target");
  const std::vector<double> logits = answers.logits.to_vector();
  const Index classes = answers.logits.dim(1);
  std::vector<double> losses;
  for (Index i = 0; i < answers.logits.dim(0); ++i) {
    const auto row = std::span(logits).subspan(i * classes, classes);
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const double logit : row) sum += std::exp(logit - largest);
    losses.push_back(finite_cost(std::log(sum) + largest - row[*row_.target] +
                                 missing_confidence(answers, i, *row_.target)));
  }
  return losses;
}

AttackRow FlipWatch::finish() {
  if (row_.flip()) row_.pixels = changes_between(image_, best_flip_);
  return std::move(row_);
}

double finite_cost(double cost) {
  constexpr double most = 1e30;  // whose sums and products with rates are still finite
  return std::isnan(cost) ? most : std::clamp(cost, -most, most);
}

void require_pixels(Index pixels, const data::Images& image) {
  require(pixels >= 1 && pixels <= image.height * image.width, "attack: ", pixels, " pixels of an image of ",
          image.height, " x ", image.width);
}

std::string pixel_rules(Index pixels, double tau) {
  return text("The attacker sees the model's confidences for any image it asks about and may set ",
              pixels == 1 ? "one pixel" : text("up to ", pixels, " pixels"),
              " of the 8-bit image to any values from 0 to 255. Only images that the model classifies "
              "correctly are attacked. A flip changes the class (of a targeted attack: to the target); it is "
              "confident when the new class's confidence is above ",
              tau, ", where the true class's was at least that before.");
}

}  // namespace voronet
