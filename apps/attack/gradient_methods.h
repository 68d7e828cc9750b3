// Methods of `voronet attack` that go by the network's gradients and change all values of an image a little.
#pragma once

#include <voronet/apps/attack/methods.h>

namespace voronet {

// fgsm, pgd-linf, pgd-l2, cw, sparse-l1.
void add_gradient_methods(MethodTable& table);

}  // namespace voronet
