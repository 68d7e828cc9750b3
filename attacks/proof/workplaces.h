// What threads bound an image's places with, kept from place to place: to make it takes longer than most
// places do.
#pragma once

#include <voronet/attacks/proof/provable_network.h>
#include <voronet/layers/plan/margin_bounds.h>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace voronet {

// For one thread at a time.
struct Workplace {
  PixelBounds bounds;
  std::optional<MarginBounds> from_back;  // of one pixel, where the network has such bounds
  const LogitBounds& head;
  Index channels;
  // What the last place has from the back: null where there is nothing, or where an evaluation may overflow.
  MarginBounds* margins = nullptr;
  Index placed = -1;  // its first pixel

  // Moves to these pixels: the features of all their colours.
  const plan::AffineForms& place(std::span<const Index> positions) {
    const plan::AffineForms& features =
        bounds.features(positions, std::vector<ValueRange>(std::ssize(positions) * channels, {0, 1}));
    margins = from_back && from_back->place(bounds) ? &*from_back : nullptr;
    placed = positions.front();
    return features;
  }
};

// Of one image, of which so many pixels change. Several threads may use it.
class Workplaces {
 public:
  // Network and image must outlive it.
  Workplaces(const ProvableNetwork& network, const data::Images& image, int label, Index pixels)
      : network_(network),
        label_(label),
        pixels_(pixels),
        base_(network.bounds().base(data::to_tensor(image, Dtype::f64).values<double>())) {
    if (pixels == 1 && network.margins() != nullptr) margin_base_ = network.margins()->base(base_);
  }

  // The image's own course through the network.
  const BoundPlan::Base& base() const { return base_; }
  // Calls use(workplace) with one that nobody else uses.
  template <class Use>
  void with_one(const Use& use) {
    std::unique_ptr<Workplace> own = taken();
    use(*own);
    const std::lock_guard lock(idle_ones_);
    idle_.push_back(std::move(own));
  }

 private:
  std::unique_ptr<Workplace> taken() {
    {
      const std::lock_guard lock(idle_ones_);
      if (!idle_.empty()) {
        std::unique_ptr<Workplace> one = std::move(idle_.back());
        idle_.pop_back();
        return one;
      }
    }
    auto made = std::make_unique<Workplace>(Workplace{PixelBounds(network_.bounds(), base_, pixels_),
                                                      {},
                                                      network_.bounds().head(),
                                                      network_.bounds().image_shape()[2]});
    if (margin_base_) made->from_back.emplace(*network_.margins(), *margin_base_, label_);
    return made;
  }

  const ProvableNetwork& network_;
  const int label_;
  const Index pixels_;
  const BoundPlan::Base base_;
  std::optional<MarginPlan::Base> margin_base_;
  std::mutex idle_ones_;
  std::vector<std::unique_ptr<Workplace>> idle_;
};

}  // namespace voronet
