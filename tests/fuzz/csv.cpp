#include <voronet/core/csv.h>

#include "file.h"

VORONET_FUZZ(voronet::read_csv(file))
