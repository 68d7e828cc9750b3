#include <voronet/attacks/success.h>

namespace voronet {

void start(AttackRow& row, const Prediction& clean, Index i, double tau) {
  require(tau >= 0 && tau <= 1, "attack: tau ", tau, " is not in 0..1");
  const Index classes = clean.confidences.dim(1);
  require(classes >= 2, "attack: a model of ", classes, " class has no other to flip to");
  require(clean.classes[i] == row.label, "attack: image ", row.index, " of class ", row.label,
          " is classified as ", clean.classes[i], "; only images that the model gets right are attacked");
  require(!row.target || (*row.target >= 0 && *row.target < classes && *row.target != row.label),
          "attack: target ", row.target.value_or(-1), " is not another of the ", classes, " classes");
  row.predicted = row.label;
  row.confidences_before.clear();
  for (int c = 0; c < classes; ++c) row.confidences_before.push_back(clean.confidence(i, c));
  row.confidences_after = row.confidences_before;
}

bool is_flip(const AttackRow& row, const Prediction& answers, Index i) {
  const int predicted = answers.classes[i];
  return row.target ? predicted == *row.target : predicted != row.label;
}

bool note_flip(AttackRow& row, const Prediction& answers, Index i, Index query, double tau) {
  const bool confident = is_confident(row, answers, i, tau);
  if (!row.flip()) row.first_flip = query;
  if (confident && !row.confident_flip()) row.first_confident_flip = query;
  return confident;
}

bool confirm_flip(AttackRow& row, const Prediction& alone, double tau) {
  const bool flip = is_flip(row, alone, 0);
  if (!flip) row.first_flip = 0;
  if (!flip || !is_confident(row, alone, 0, tau)) row.first_confident_flip = 0;
  if (!flip) return false;
  row.predicted = alone.classes[0];
  row.confidences_after = alone.confidences.to_vector();
  return true;
}

bool confident_before(const AttackRow& row, double tau) {
  return row.confidences_before.at(row.label) >= tau;
}

bool is_confident(const AttackRow& row, const Prediction& answers, Index i, double tau) {
  return confident_before(row, tau) && answers.confidence(i, answers.classes[i]) > tau;
}

}  // namespace voronet
