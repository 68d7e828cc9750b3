// Sums of affine forms.
#pragma once

#include <voronet/layers/plan/affine_forms.h>

#include <vector>

namespace voronet::plan {

// Adds to n forms of y, from `to` on, what a form with these planes adds through these weights: noise, the
// last two planes, through their absolute values.
void add(const std::vector<double>& change, const double* weight, Index n, AffineForms& y, Index to);

}  // namespace voronet::plan
