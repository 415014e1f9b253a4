// SPDX-License-Identifier: Apache-2.0
//
// A name server that does not answer must delay nobody else, not even when the time is up.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "http/client.h"
#include "http/testing/fetch.h"

namespace {

std::atomic<bool> release_names{false};

}  // namespace

// In place of the C library's: "*.hangs.test" is waited for until the test lets go, at most 20 s.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (name && std::strstr(name, ".hangs.test")) {
    for (int i = 0; i < 2000 && !release_names; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return EAI_AGAIN;
  }
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, found);
}

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::FailureOf;
using testing::FetchNow;
using testing::ResponseOf;

TEST(Resolver, AHangingNameTimesOutAndDelaysNobody) {
  release_names = false;
  const auto server = testing::StartServer([](const ServerRequest&) { return ServerResponse{}; });
  auto client = testing::StartClient();
  Request slow;
  slow.url = "http://feeds.hangs.test/vp.pb?key=SECRET";
  slow.total_timeout = milliseconds(300);
  const auto begin = std::chrono::steady_clock::now();
  const Failure failure = FailureOf(FetchNow(*client, slow));
  EXPECT_EQ(failure.kind, FailureKind::kTimeout);
  EXPECT_THAT(failure.message,
              ::testing::StartsWith("http://feeds.hangs.test/vp.pb: no connection within "));
  slow.total_timeout = milliseconds(30000);
  slow.connect_timeout = milliseconds(200);
  EXPECT_EQ(FailureOf(FetchNow(*client, slow)).kind, FailureKind::kTimeout);
  client->Fetch(slow, [](const Outcome&) {});
  EXPECT_EQ(ResponseOf(FetchNow(*client, testing::UrlOf(*server))).status, 200);
  client.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  release_names = true;
}

TEST(Resolver, AnUnknownNameIsNamed) {
  const auto client = testing::StartClient();
  const Failure failure = FailureOf(FetchNow(*client, "http://no.such.invalid/?key=SECRET"));
  EXPECT_EQ(failure.kind, FailureKind::kConnect);
  EXPECT_EQ(failure.message, "http://no.such.invalid/: Could not resolve host: no.such.invalid");
}

}  // namespace
}  // namespace sluice::http
