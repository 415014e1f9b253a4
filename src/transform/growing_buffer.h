// SPDX-License-Identifier: Apache-2.0
//
// Bytes that grow at their end, without the zeroing and copying of a std::vector.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace sluice::transform {

class GrowingBuffer {
 public:
  size_t size() const { return size_; }
  // Never null: an empty column has buffers too.
  char* data() {
    if (!data_) Grow(1);
    return data_.get();
  }

  // Room for `bytes` more, which count as written.
  char* Extend(size_t bytes) {
    if (size_ + bytes > capacity_) Grow(size_ + bytes);
    char* end = data_.get() + size_;
    size_ += bytes;
    return end;
  }
  void Append(const void* bytes, size_t count) {
    if (count > 0) std::memcpy(Extend(count), bytes, count);
  }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  void Grow(size_t wanted) {
    size_t capacity = capacity_ == 0 ? kFirstCapacity : capacity_ * 2;
    if (capacity < wanted) capacity = wanted;
    // realloc moves large blocks by their page tables, not by copying.
    char* old = data_.release();
    auto* memory = static_cast<char*>(std::realloc(old, capacity));
    data_.reset(memory ? memory : old);
    if (!memory) throw std::bad_alloc();
    capacity_ = capacity;
  }

  static constexpr size_t kFirstCapacity = 1024;

  std::unique_ptr<char, Free> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Bits, counted from the lowest of each byte as Arrow does.
class GrowingBitmap {
 public:
  int64_t length() const { return length_; }
  char* data() { return bytes_.data(); }
  size_t size_bytes() const { return bytes_.size(); }

  void Append(bool bit) {
    const int shift = static_cast<int>(length_ % 8);
    if (shift == 0) *bytes_.Extend(1) = 0;
    char& last = bytes_.data()[bytes_.size() - 1];
    last = static_cast<char>(last | (static_cast<int>(bit) << shift));
    ++length_;
  }
  void AppendOnes(int64_t count) {
    while (count > 0 && length_ % 8 != 0) {
      Append(true);
      --count;
    }
    const auto whole = static_cast<size_t>(count / 8);
    if (whole > 0) std::memset(bytes_.Extend(whole), 0xFF, whole);
    length_ += static_cast<int64_t>(whole) * 8;
    for (int64_t i = 0; i < count % 8; ++i) Append(true);
  }

 private:
  GrowingBuffer bytes_;
  int64_t length_ = 0;
};

}  // namespace sluice::transform
