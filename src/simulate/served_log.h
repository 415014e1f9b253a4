// SPDX-License-Identifier: Apache-2.0
//
// What was served: each answer, and counts of them by feed and fault, so that a test can compare them with
// what was counted on the other side. An answer is completed when its last byte went to the client's socket.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace sluice::simulate {

struct Served {
  std::string path;
  std::string fault;        // its name, "none"
  int status = 0;           // 0: no answer
  int64_t city_ms = 0;      // the city's time
  int64_t machine_ms = 0;   // when it was asked for, by the machine's clock; since 1970, as city_ms
  int64_t header_time = 0;  // of the feed; 0: it is none
  int64_t entities = 0;     // in the feed
  int64_t faulty = 0;
  int64_t bytes = 0;  // of the body, as sent
  std::string etag;   // of the content
};

// Thread-safe.
class ServedLog {
 public:
  // An answer begins; its number is for Done.
  uint64_t Begin(Served served);
  void Done(uint64_t number, bool completed);

  // {"answers":[{"path","fault","status","answers","completed","cut_off","bytes","entities","faulty"}],
  //  "totals":{..., "under_way"}}, by path, fault and status. bytes, entities, faulty: of completed ones.
  std::string CountsJson() const;
  // The last answers, oldest first, one JSON object a line: all of Served, "n" (from 1) and "state":
  // "under_way", "completed" or "cut_off".
  std::string LinesJson() const;

  // Completed answers with a feed of status 200, and their entities.
  int64_t feeds() const;
  int64_t entities() const;

 private:
  enum class State { kUnderWay, kCompleted, kCutOff };
  struct Entry {
    Served served;
    State state = State::kUnderWay;
  };
  struct Counts {
    int64_t answers = 0;
    int64_t completed = 0;
    int64_t cut_off = 0;
    int64_t bytes = 0;
    int64_t entities = 0;
    int64_t faulty = 0;
  };
  using Key = std::tuple<std::string, std::string, int>;

  void DropOldest();

  mutable std::mutex mutex_;
  std::map<Key, Counts> counts_;     // GUARDED_BY(mutex_)
  std::map<uint64_t, Served> open_;  // GUARDED_BY(mutex_); not done yet
  std::deque<Entry> last_;           // GUARDED_BY(mutex_)
  uint64_t first_number_ = 1;        // GUARDED_BY(mutex_); of last_.front()
  int64_t feeds_ = 0;                // GUARDED_BY(mutex_)
  int64_t entities_ = 0;             // GUARDED_BY(mutex_)
};

}  // namespace sluice::simulate
