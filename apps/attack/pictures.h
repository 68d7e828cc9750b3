// Pictures of attacked images: where they lie, floats for the eye, heat maps of where a pixel flips them.
#pragma once

#include <voronet/attacks/attack_row.h>

#include <filesystem>
#include <span>
#include <string>

namespace voronet {

// images/00017-KIND.png, or 00017-KIND-as-3.png of a row with a target. Kinds: "before", which is the same
// for all targets; "after"; "change", a gradient attack's, magnified; "census" and "proof", heat maps.
std::filesystem::path picture(const std::filesystem::path& folder, const AttackRow& row,
                              const std::string& kind);

// The values as a tensor (1, h, w, c) of the size of `like`.
Tensor tensor_of(std::span<const float> values, const data::Images& like);

// The values as bytes, rounded to the nearest, in an image of the size of `like`: for the eye, not the model.
data::Images rounded_image(const data::Images& like, std::span<const float> values);

// What changed: middle gray where nothing did, brighter and darker by the change, the largest of which
// becomes white or black.
data::Images magnified_change(const data::Images& before, const Perturbation& change);

// An RGB picture of the image's size. A weak pixel goes from red, for one adversarial value, to yellow, for
// all others; the rest shows the image itself, darkened, of colours the mean. Throws Error unless it is one
// image that holds all weak pixels.
data::Images heat_map(const data::Images& image, const Census& census);

// The same of a proof: pixels that bounds alone did not rule out are blue; those with real values that are
// proven to flip the class, red to yellow by the share of them. Of colour images the mean is shown.
data::Images heat_map(const data::Images& image, const Proof& proof);

}  // namespace voronet
