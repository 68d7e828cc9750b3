#include <voronet/data/picture_files.h>

#include "file.h"

VORONET_FUZZ(voronet::data::read_csv_images(file))
