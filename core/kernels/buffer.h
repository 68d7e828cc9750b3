// Scratch memory of a kernel: uninitialised elements, aligned for vectors, recycled (core/memory.h).
#pragma once

#include <voronet/core/memory.h>
#include <voronet/core/shape.h>

#include <memory>

namespace voronet::kernels {

template <class T>
class Buffer {
 public:
  explicit Buffer(Index size) : bytes_(memory::allocate(size * sizeof(T))) {}
  T* data() const { return reinterpret_cast<T*>(bytes_.get()); }
  T& operator[](Index i) const { return data()[i]; }
  // The elements, for whoever needs them longer.
  std::shared_ptr<T> share() const { return {bytes_, data()}; }

 private:
  std::shared_ptr<std::byte> bytes_;
};

}  // namespace voronet::kernels
