#include <voronet/interchange/onnx_import.h>

#include "file.h"

VORONET_FUZZ(voronet::classifier_of_onnx(voronet::read_onnx(file), "file"))
