// How pixel attacks ask a model: of many images that differ from one base image in a few pixels each.
#pragma once

#include <voronet/attacks/predict.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace voronet {

// n candidates, each of which sets `pixels` pixels of the base image (the last one of equal positions).
struct PixelCandidates {
  Index pixels = 1;
  std::vector<std::int32_t> positions;  // n x pixels: row * width + column
  std::vector<std::uint8_t> values;     // n x pixels x channels

  Index count() const { return static_cast<Index>(positions.size()) / pixels; }  // n
  // Copies of the chosen candidates, in that order.
  PixelCandidates select(std::span<const Index> indices) const;
};

// Throws Error unless there are candidates, of pixels inside the image and as many values as that takes.
void require_candidates(const PixelCandidates& candidates, const data::Images& base);

// The candidates as whole images, in order.
data::Images changed_images(const data::Images& base, const PixelCandidates& candidates);

// Candidates in one call, for all threads to have work.
inline constexpr Index query_batch = 8192;

// What a model says of changes of one base image: logits, confidences and classes of each candidate, in
// order. One thread at a time may ask; the answer is computed on all, or within a parallel loop on that one,
// and has the same bits for any number of threads. Throws Error as require_candidates does.
using PixelQueries = std::function<Prediction(const PixelCandidates& candidates)>;

// What attacks take: starts the queries about one image. Several threads may do so at once and ask, each with
// queries of its own. Throws Error unless it is one image that the model takes.
using AskPixels = std::function<PixelQueries(const data::Images& base)>;

// By the ordinary forward of whole images.
PixelQueries dense_queries(const Predict& predict, const data::Images& base);

// By the delta forward (layers/plan/delta_plan.h): of each candidate, only what its pixels can change is
// computed, which is fastest for many candidates of one position in one call, and for some hundred in all.
// The answers are those that the classifier gives now: later changes of its parameters do not count. It must
// outlive the function and all queries, and is in evaluation mode as long as they live.
AskPixels ask_pixels_of(Classifier& model);

}  // namespace voronet
