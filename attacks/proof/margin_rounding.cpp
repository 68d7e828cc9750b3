#include <voronet/attacks/proof/margin_rounding.h>

#include <algorithm>

namespace voronet {

MarginRounding::MarginRounding(const ProvableNetwork& network, const data::Images& image, int label,
                               std::vector<double> of_logits)
    : network_(network), width_(image.width), of_logits_(std::move(of_logits)) {
  if (network.margins() == nullptr) return;
  base_ = network.bounds().base(data::to_tensor(image, Dtype::f64).values<double>());
  margin_base_ = network.margins()->base(base_);
  bounds_.emplace(network.bounds(), base_);
  from_back_.emplace(*network.margins(), *margin_base_, label);
}

double MarginRounding::operator()(Index position, int rival) {
  if (!from_back_) return most(position);
  auto& of_position = known_[position];
  of_position.resize(static_cast<std::size_t>(network_.bounds().head().classes()));
  std::optional<double>& known = of_position[rival];
  if (known) return *known;
  if (placed_ != position) {
    const Index row = position / width_, column = position % width_;
    bounds_->features(row, column, std::vector<ValueRange>(network_.bounds().image_shape()[2], {0, 1}));
    finite_ = from_back_->place(position, *bounds_);
    placed_ = position;
  }
  known = finite_ ? std::min(most(position), from_back_->rounding(rival)) : most(position);
  return *known;
}

}  // namespace voronet
