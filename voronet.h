// Everything that the library offers.
#pragma once

#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/core/safetensors.h>
