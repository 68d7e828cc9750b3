#include <voronet/attacks/success.h>
#include <voronet/core/error.h>

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

bool may_be_confident(const AttackRow& row, double tau) { return row.confidences_before[row.label] >= tau; }

bool is_confident(const AttackRow& row, const Prediction& answers, Index i, double tau) {
  return may_be_confident(row, tau) && answers.confidence(i, answers.classes[i]) > tau;
}

}  // namespace voronet
