// All operators. Each takes tensors of one dtype, checks their shapes, and can be differentiated to any
// order. Comparisons and argmax are the exceptions: their results are constants.
#pragma once

#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/batch_norm.h>
#include <voronet/core/operators/convolution.h>
#include <voronet/core/operators/elementwise.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/pooling.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
