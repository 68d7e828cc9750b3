// Judges images that any tool made, by the rules that our own attacks go by.
#pragma once

#include <voronet/apps/attack/adversarial_images.h>

#include <functional>
#include <map>
#include <string>

namespace voronet {

// What an image may differ from its original by. All values are within [0, 1] whatever the rules.
struct JudgeRules {
  std::optional<Index> pixels;    // so many pixels, in whole bytes
  std::optional<double> epsilon;  // so much in the norm, with or without whole bytes
  std::string norm = "linf";      // linf, l2, l1
  double tau = 0.1;               // see OnePixel
};

struct JudgedImage {
  AttackRow row;     // as an attack's
  Index pixels = 0;  // that differ
  double linf = 0, l2 = 0, l1 = 0;
  bool in_range = false, whole_bytes = false;
  std::string broken;    // the rule that it breaks, "" for none
  bool correct = false;  // whether the model gives the original its label
};

struct Judgement {
  std::vector<JudgedImage> images;      // in the order of the file
  std::map<std::string, Index> broken;  // images by the rule that they break
  // Of each original that the model classifies correctly a row. One whose image breaks a rule is not flipped.
  AttackRun run;
};

// The originals are those of the range, of which one without an image is not flipped either, and without a
// range those that there are images of. Floats within 1e-4 / 255 of a byte are taken for it; epsilon may be
// exceeded by 1e-6, which floats round by. Throws Error for images of another size than the data set's, an
// index that the data set or the range does not have, a label that is not the data set's, a second image of
// the same original and target, targets where there is a range, and classes that there are none of.
Judgement judge(const AdversarialImages& given, const data::Dataset& set,
                const std::optional<data::ImageRange>& range, const JudgeRules& rules,
                const std::function<Prediction(const Tensor& images)>& model);

}  // namespace voronet
