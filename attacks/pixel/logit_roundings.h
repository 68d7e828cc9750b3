// How far rounding may move a network's logits while one pixel changes.
#pragma once

#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>

#include <functional>
#include <vector>

namespace voronet {

// Of one image, by position, row by row: how far the logits of any evaluation (layers/plan/rounding.h) may be
// from the exact ones, whatever value the pixel has. Infinite where nothing is known.
using LogitRoundings = std::function<std::vector<double>(const data::Images& base)>;

// What a classifier of gray images is now: parameters are copied. Nothing is known of one that bounds do not
// know (layers/plan/bound_plan.h), of colour images, or of confidences of a head's own.
LogitRoundings logit_roundings_of(Classifier& classifier);

}  // namespace voronet
