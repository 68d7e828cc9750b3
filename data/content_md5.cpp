#include <voronet/data/content_md5.h>
#include <voronet/data/md5.h>

namespace voronet::data {
namespace {

template <class T>
std::string md5_of(const T* values, std::size_t count) {
  return md5({reinterpret_cast<const char*>(values), count * sizeof(T)});
}

}  // namespace

std::string content_md5(const Dataset& data) {
  std::string parts = text(data.size(), data.input_shape(), data.classes);
  for (const std::string& name : data.class_names) parts += '\0' + name;
  parts += md5_of(data.labels.data(), data.labels.size());
  parts += data.points.defined() ? md5_of(data.points.data<double>(), data.points.size())
                                 : md5_of(data.images.pixels.data(), data.images.pixels.size());
  return md5(parts);
}

}  // namespace voronet::data
