#include <voronet/apps/bench/case.h>
#include <voronet/apps/text/table.h>
#include <voronet/core/kernels/explain.h>

#include <algorithm>

namespace voronet {
namespace {

using kernels::Conv2dSizes, kernels::Direction;

std::vector<std::string> row_of(const Conv2dSizes& s) {
  return {text(s.kh, 'x', s.kw, ' ', s.c, "->", s.o),
          text(s.stride),
          text(s.h, 'x', s.w),
          explain(Direction::forward, s).kernel,
          explain(Direction::input_gradient, s).kernel,
          explain(Direction::weight_gradient, s).kernel,
          explain(Direction::forward, s).why};
}

}  // namespace

std::string explain_kernels() {
  std::string out;
  for (const std::string& network : bench_networks()) {
    std::vector<std::vector<std::string>> rows;
    for (const Conv2dSizes& sizes : convolutions_of(network, bench_train_batch)) {
      const auto row = row_of(sizes);
      if (std::ranges::find(rows, row) == rows.end()) rows.push_back(row);
    }
    out += text(network, ", ", bench_train_batch, " images\n") +
           text_table({"convolution", "stride", "image", "forward", "input grad.", "weight grad.", "why"},
                      rows) +
           '\n';
  }
  return out +
         "direct: register blocks of pixels in a row; pixel: of one pixel in many images;\n"
         "columns: matrix products, then scattered; Winograd: F(4x4,3x3).\n"
         "Training skips the input gradient of a first layer.\n";
}

}  // namespace voronet
