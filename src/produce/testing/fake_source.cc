// SPDX-License-Identifier: Apache-2.0
#include "produce/testing/fake_source.h"

#include <utility>

namespace sluice::produce {

namespace {

class FakeSource : public FeedSource {
 public:
  FakeSource(FakeFeed& feed, const Clock& clock) : feed_(feed), clock_(clock) {}
  ~FakeSource() override {
    feed_.open = nullptr;
    feed_.gone = true;
  }

  void Fetch(const Validators& validators, Done done) override {
    feed_.asked_at.push_back(clock_.Monotonic());
    feed_.asked_with.push_back(validators);
    feed_.open = [this, conditional = !validators.empty(),
                  done = std::move(done)](Fetched fetched) {
      fetched.at_ms = clock_.NowMs();
      fetched.asked_with_validators = conditional;
      done(std::move(fetched));
    };
    if (feed_.answers.empty()) return;
    Fetched answer = std::move(feed_.answers.front());
    feed_.answers.pop_front();
    feed_.Answer(std::move(answer));
  }

 private:
  FakeFeed& feed_;
  const Clock& clock_;
};

}  // namespace

void FakeFeed::Answer(Fetched fetched) {
  const FeedSource::Done done = std::exchange(open, nullptr);
  done(std::move(fetched));
}

std::unique_ptr<FeedSource> MakeFakeSource(FakeFeed& feed, const Clock& clock) {
  return std::make_unique<FakeSource>(feed, clock);
}

Fetched Body(std::string body, const std::string& etag) {
  Fetched fetched;
  fetched.wire_bytes = static_cast<int64_t>(body.size());
  fetched.body = std::move(body);
  fetched.validators.etag = etag;
  return fetched;
}

Fetched StatusOnly(int status) {
  Fetched fetched;
  fetched.status = status;
  return fetched;
}

Fetched Failure(PollResult result, const std::string& message) {
  Fetched fetched;
  fetched.kind = Fetched::Kind::kFailure;
  fetched.failure = result;
  fetched.message = message;
  return fetched;
}

}  // namespace sluice::produce
