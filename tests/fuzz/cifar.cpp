#include <voronet/data/cifar.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_cifar10({file}))
