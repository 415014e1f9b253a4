// SPDX-License-Identifier: Apache-2.0
#include "cli/message_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

namespace sluice::cli {

namespace {

constexpr size_t kBatchMessages = 4096;
constexpr size_t kBatchBytes = 8 << 20;
// Parsers read a little beyond the end of a message.
constexpr size_t kPadding = 64;

using Use = std::function<Status(const RecordBatch&)>;

// Collects messages of one file into batches that own their text.
class Batcher {
 public:
  Batcher(std::string topic, const Use& use) : topic_(std::move(topic)), use_(use) {}

  Status Add(std::string_view message) {
    ends_.push_back(text_->size() + message.size());
    text_->append(message);
    if (ends_.size() >= kBatchMessages || text_->size() >= kBatchBytes) return Flush();
    return Status::Ok();
  }

  Status Flush() {
    if (ends_.empty()) return Status::Ok();
    text_->append(kPadding, '\0');
    RecordBatch batch;
    batch.topics.push_back(topic_);
    size_t begin = 0;
    for (const size_t end : ends_) {
      Record record;
      record.value = text_->data() + begin;
      record.value_size = end - begin;
      record.offset = next_offset_++;
      batch.records.push_back(record);
      batch.value_bytes += record.value_size;
      begin = end;
    }
    batch.keep_alive = std::exchange(text_, std::make_shared<std::string>());
    ends_.clear();
    return use_(batch);
  }

 private:
  std::string topic_;
  const Use& use_;
  std::shared_ptr<std::string> text_ = std::make_shared<std::string>();
  std::vector<size_t> ends_;
  int64_t next_offset_ = 0;
};

Status ReadStream(std::istream& in, const std::string& name, bool whole_file, const Use& use) {
  Batcher batcher(name, use);
  if (whole_file) {
    SLUICE_RETURN_IF_ERROR(batcher.Add(std::string(std::istreambuf_iterator<char>(in), {})));
  } else {
    for (std::string line; std::getline(in, line);) {
      if (line.ends_with('\r')) line.pop_back();
      SLUICE_RETURN_IF_ERROR(batcher.Add(line));
    }
  }
  if (in.bad()) return Status::Exit("INPUT", fmt::format("{}: reading failed", name));
  return batcher.Flush();
}

Status ReadPath(const std::string& path, bool whole_file, const Use& use) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return Status::Exit("INPUT",
                        fmt::format("{}: is a directory; expected a file of messages", path));
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return Status::Exit("INPUT", fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  return ReadStream(in, path, whole_file, use);
}

}  // namespace

Status ForEachMessageBatch(const std::vector<std::string>& files, bool whole_file, const Use& use) {
  if (files.empty()) return ReadStream(std::cin, "stdin", whole_file, use);
  for (const std::string& file : files) {
    SLUICE_RETURN_IF_ERROR(file == "-" ? ReadStream(std::cin, "stdin", whole_file, use)
                                       : ReadPath(file, whole_file, use));
  }
  return Status::Ok();
}

}  // namespace sluice::cli
