// Images of floats in [0, 1], as gradient attacks make them, for tensors and for the eye.
#pragma once

#include <voronet/attacks/attack_row.h>

#include <span>

namespace voronet {

// The values as a tensor (1, h, w, c) of the size of `like`.
Tensor tensor_of(std::span<const float> values, const data::Images& like);

// The values as bytes, rounded to the nearest, in an image of the size of `like`: for the eye alone, the
// model may see another class in it.
data::Images rounded_image(const data::Images& like, std::span<const float> values);

// What changed: middle gray where nothing did, brighter and darker by the change, the largest of which
// becomes white or black.
data::Images magnified_change(const data::Images& before, const Perturbation& change);

}  // namespace voronet
