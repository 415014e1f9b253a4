// SPDX-License-Identifier: Apache-2.0
//
// Bytes that grow: malloc'd, never initialised, given away to an Arrow array in the end. A writer asks
// for room once and then stores through a raw pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace sluice::decode {

class GrowableBuffer {
 public:
  GrowableBuffer() = default;
  GrowableBuffer(GrowableBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
  GrowableBuffer& operator=(GrowableBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~GrowableBuffer() { std::free(data_); }

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t capacity() const { return capacity_; }

  // Makes room for `bytes` in all; what was written stays. Throws std::bad_alloc.
  void Reserve(size_t bytes) {
    if (__builtin_expect(bytes > capacity_, 0)) Grow(bytes);
  }
  // The same for room that may not be needed: too little memory for it is no mistake.
  void Hint(size_t bytes) {
    if (bytes > capacity_) TryGrow(bytes);
  }

  // The caller frees it with std::free.
  uint8_t* Take() {
    capacity_ = 0;
    return std::exchange(data_, nullptr);
  }

 private:
  __attribute__((noinline)) void Grow(size_t bytes) {
    if (!TryGrow(bytes)) throw std::bad_alloc();
  }
  bool TryGrow(size_t bytes) {
    size_t wanted = capacity_ + capacity_ / 2;
    if (wanted < bytes) wanted = bytes;
    if (wanted < 64) wanted = 64;
    void* grown = std::realloc(data_, wanted);
    if (grown == nullptr) return false;
    data_ = static_cast<uint8_t*>(grown);
    capacity_ = wanted;
    return true;
  }

  uint8_t* data_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace sluice::decode
