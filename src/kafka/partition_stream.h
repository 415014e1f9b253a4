// SPDX-License-Identifier: Apache-2.0
//
// One partition being fetched from a position onward, into a queue of its own. Once started it stays
// started: librdkafka goes on fetching up to its queue limit, so the next batch finds its records here.
//
// Every record comes out once and in order of offsets, whatever the client does: what lies below the
// position is dropped. Records taken from the queue but not wanted yet are put back.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/client.h"

namespace sluice::kafka {

using Message = Handle<rd_kafka_message_s>;

// One thread at a time.
class PartitionStream {
 public:
  // `topic` is the client's handle of the partition's topic; it is kept alive.
  PartitionStream(std::shared_ptr<Client> client, std::shared_ptr<rd_kafka_topic_s> topic,
                  TopicPartition partition);
  PartitionStream(const PartitionStream&) = delete;
  PartitionStream& operator=(const PartitionStream&) = delete;
  ~PartitionStream();

  const TopicPartition& partition() const { return partition_; }
  // Must outlive the messages that were taken.
  const std::shared_ptr<Client>& client() const { return client_; }
  // Next offset to come out; meaningless before SeekTo().
  Offset position() const { return position_; }

  // Makes `start` the next offset to come out: free if it is so already, else fetching begins anew.
  Status SeekTo(Offset start);
  // Forgets what was fetched: the next SeekTo() begins anew, wherever it goes.
  void Invalidate() { started_ = false; }
  // Writes `event_fd` when records come into the empty queue.
  void WakeBy(int event_fd);

  // Takes what is there, at most `max` messages; never waits. Event messages (err set) are among them.
  void Take(size_t max, std::vector<Message>* out);
  // Gives back messages that were taken, in their order, to come out first.
  void PutBack(std::span<Message> messages);
  void AdvanceTo(Offset position) { position_ = position; }

  // Earliest offset of the log as of the last answer of the broker; -1 if not known.
  Offset cached_earliest() const;

 private:
  Status Restart(Offset start);
  void StopFetching();

  std::shared_ptr<Client> client_;
  std::shared_ptr<rd_kafka_topic_s> topic_;
  TopicPartition partition_;
  Handle<rd_kafka_queue_s> queue_;
  std::deque<Message> put_back_;
  std::vector<rd_kafka_message_s*> scratch_;
  Offset position_{-1};
  int event_fd_ = -1;
  bool fetching_ = false;  // the client fetches into queue_
  bool started_ = false;   // and what is in it continues position_
};

}  // namespace sluice::kafka
