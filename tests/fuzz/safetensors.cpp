#include <voronet/core/safetensors.h>

#include "file.h"

VORONET_FUZZ(voronet::read_safetensors(file))
