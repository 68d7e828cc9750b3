#include <voronet/data/idx.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_idx_labels(file, 10))
