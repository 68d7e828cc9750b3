#include <voronet/data/gzip.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_unpacked(file, 1 << 20))
