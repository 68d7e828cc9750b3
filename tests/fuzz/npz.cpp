#include <voronet/data/picture_files.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_npz_images(file))
