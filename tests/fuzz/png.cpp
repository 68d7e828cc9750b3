#include <voronet/data/png.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_png(file))
