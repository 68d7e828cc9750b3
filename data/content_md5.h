// What is in a data set as a few digits: a name says only where it lies.
#pragma once

#include <voronet/data/images.h>

#include <string>

namespace voronet::data {

// Of its pixels or points, its labels, their shape and the names of the classes, whatever it is called and
// normalised by. 32 hexadecimal digits; a second for some 500 MB.
std::string content_md5(const Dataset& data);

}  // namespace voronet::data
