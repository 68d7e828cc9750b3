#include <voronet/data/points.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_points(file, voronet::data::Split::train))
