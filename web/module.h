// What the page calls takes flat arrays and gives flat arrays: row-major, of doubles unless said. What the
// library throws reaches the page with the library's words (module.cpp).
#pragma once

#include <voronet/core/operators.h>

#include <cstdint>
#include <vector>

// Under its own name, for the page.
#define PAGE(name) extern "C" __attribute__((export_name(#name)))

namespace voronet::web {

Tensor matrix(const double* values, Index rows, Index columns);
Tensor vector(const double* values, Index n);
std::vector<int> labels_of(const int* labels, Index n);
void write(const Tensor& x, double* out);

// Points (grid * grid, d) of a square of a plane, row by row from the top. window: left, bottom, side; plane:
// origin and two directions, (3, d).
Tensor grid_points(const double* plane, Index d, const double* window, Index grid);

// Of each point three bytes: class, its confidence in 255ths, nearest centroid.
void write_ground(const Tensor& logits, const Tensor& confidences, const std::vector<int>& nearest,
                  std::uint8_t* out);

double share_right(const Tensor& logits, const std::vector<int>& labels);

}  // namespace voronet::web
