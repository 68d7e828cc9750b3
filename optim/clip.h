// Clipping: no step larger than the gradients are trusted.
#pragma once

#include <voronet/core/tensor.h>

namespace voronet {

// Where the norm of all gradients together is above `most` > 0, puts gradients of that norm, up to rounding,
// in their place (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML
// 2013). Returns the norm before. New tensors, since gradients may share storage. Throws Error when `most` is
// not positive; with a norm that is not finite it changes nothing.
double clip_norm(Tensors& gradients, double most);

}  // namespace voronet
