// A box of colours of one pixel, and a margin over it.
#pragma once

#include <voronet/layers/plan/affine_forms.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace voronet {

inline constexpr Index most_channels = 7;  // whose colours, 256^7, are a number that counts can have

struct ColourBox {
  Index channels;
  std::array<std::uint8_t, most_channels> low{}, high{};  // both included

  // All colours.
  static ColourBox of_all(Index channels) {
    ColourBox box{channels};
    box.high.fill(255);
    return box;
  }
  Index side(Index c) const { return high[c] - low[c] + 1; }  // values of channel c
  // Colours in it.
  Index size() const {
    Index product = 1;
    for (Index c = 0; c < channels; ++c) product *= side(c);
    return product;
  }
  // Whether a colour, one value a channel, is in it.
  bool holds(std::span<const std::uint8_t> colour) const {
    for (Index c = 0; c < channels; ++c)
      if (colour[c] < low[c] || colour[c] > high[c]) return false;
    return true;
  }
  // Cut across a channel, the darker half first.
  std::array<ColourBox, 2> halves(Index c) const {
    std::array<ColourBox, 2> both{*this, *this};
    both[0].high[c] = static_cast<std::uint8_t>((low[c] + high[c]) / 2);
    both[1].low[c] = static_cast<std::uint8_t>(both[0].high[c] + 1);
    return both;
  }
  // Of channel c, as pixels in [0, 1]: the middle, and how far the ends are from that.
  double middle(Index c) const { return (low[c] + high[c]) / 510.0; }
  double half(Index c) const { return (high[c] - low[c]) / 510.0; }
  // Of each channel, as pixels in [0, 1].
  std::vector<plan::ValueRange> ranges() const {
    std::vector<plan::ValueRange> all;
    for (Index c = 0; c < channels; ++c) all.push_back({low[c] / 255.0, high[c] / 255.0});
    return all;
  }
};

// The label's logit less a rival's, of colours in a box: an affine function of the colour but for the noise.
struct BoxMargin {
  int rival;
  double at_black = 0;                         // of the function
  std::array<double, most_channels> slopes{};  // along channels in [0, 1]
  double noise = 0;                            // in exact arithmetic
  double least_noise = 0;                      // what of it no smaller box has less of
  double rounding = 0;                         // beyond it, of floats

  struct Ends {
    double low, high;
  };
  // Over a box within that one.
  Ends over(const ColourBox& box) const {
    double centre = at_black, reach = noise;
    for (Index c = 0; c < box.channels; ++c) {
      centre += slopes[c] * box.middle(c);
      reach += std::abs(slopes[c]) * box.half(c);
    }
    return {centre - reach, centre + reach};
  }
};

}  // namespace voronet
