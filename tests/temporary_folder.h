// TemporaryFolder, which lives in core/file.h.
#pragma once

#include <voronet/core/file.h>

using voronet::TemporaryFolder;
