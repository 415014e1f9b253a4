// SPDX-License-Identifier: Apache-2.0
//
// Appends to a string without asking for room at each byte: the string is made longer ahead, and has its
// true length again at Finish().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice::gtfs {

class TextBuffer {
 public:
  // `out` may not be touched until Finish().
  explicit TextBuffer(std::string* out) : out_(out), at_(out->data() + out->size()), end_(at_) {}
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;
  ~TextBuffer() { Finish(); }

  // Room for so many bytes at at(), which Advance() then takes up.
  char* Room(size_t bytes) {
    if (static_cast<size_t>(end_ - at_) < bytes) Grow(bytes);
    return at_;
  }
  void Advance(const char* to) { at_ += to - at_; }

  void Add(char c) {
    *Room(1) = c;
    ++at_;
  }
  void Add(std::string_view text) {
    std::memcpy(Room(text.size()), text.data(), text.size());
    at_ += text.size();
  }

  size_t size() const { return static_cast<size_t>(at_ - out_->data()); }
  char back() const { return at_[-1]; }
  // Takes back what was appended after the buffer had this size.
  void Cut(size_t size) { at_ = out_->data() + size; }
  void Finish() {
    out_->resize(size());
    end_ = at_ = out_->data() + out_->size();
  }

 private:
  void Grow(size_t bytes) {
    const size_t used = size();
    out_->resize(std::max(used + bytes, std::max<size_t>(2 * used, 1024)));
    at_ = out_->data() + used;
    end_ = out_->data() + out_->size();
  }

  std::string* out_;
  char* at_;
  char* end_;
};

}  // namespace sluice::gtfs
