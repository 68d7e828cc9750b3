#include <voronet/apps/experiment/file.h>
#include <voronet/core/file.h>

#include "file.h"

VORONET_FUZZ(voronet::parse_experiment("fuzz.toml", voronet::read_file(file)))
