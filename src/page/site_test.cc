// SPDX-License-Identifier: Apache-2.0
#include "page/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/testing/manual_clock.h"
#include "http/testing/fetch.h"
#include "page/assets.h"

namespace sluice::page {
namespace {

using http::testing::Ask;
using http::testing::Connect;
using http::testing::Exchange;
using http::testing::PortOf;
using http::testing::Receive;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Shows a counter and a name that would be markup.
class CountingBoard : public Board {
 public:
  std::vector<Outgoing> Turn(int64_t) override {
    ++count_;
    return {{"count", "{\"n\":" + std::to_string(count_) + "}"}};
  }
  std::string Snapshot(int64_t, const std::string& seq) const override {
    return "{\"n\":" + std::to_string(count_) + ",\"seq\":\"" + seq + "\",\"pad\":\"" +
           std::string(3000, 'x') + "\"}";
  }
  std::string title() const override { return "<b>\"q\" & co</b>"; }
  const Headline& headline() const override { return headline_; }
  std::vector<SummaryLine> Summary() const override { return {{"Rows", "<12>"}}; }

 private:
  int count_ = 0;
  const Headline headline_{Level::kGood, "well", "Well.", "", ""};
};

class SiteTest : public ::testing::Test {
 protected:
  void Serve() {
    page_ = std::make_unique<LivePage>(std::make_unique<CountingBoard>(), clock_);
    site_ = std::make_unique<Site>("index.html", *page_);
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.max_connections_per_address = 64;
    server_ = http::testing::StartServer(
        [this](const http::ServerRequest& request) {
          auto response = site_->Answer(request);
          return response ? *std::move(response) : http::ServerResponse{.status = 410};
        },
        options);
    port_ = PortOf(*server_);
  }
  std::string Get(const std::string& path, const std::string& headers = "Host: localhost\r\n") {
    return Exchange(port_, "GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
  }
  // An open stream of events; what has come of it is in `head`.
  int OpenStream(std::string& head, const std::string& headers = "") {
    const int fd = Connect(port_);
    const std::string request = "GET /events HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
    head = Receive(fd);
    return fd;
  }
  std::string ReceiveUntil(int fd, std::string text, const std::string& wanted) {
    while (text.find(wanted) == std::string::npos) {
      const std::string more = Receive(fd);
      if (more.empty()) break;
      text += more;
    }
    return text;
  }
  void Start() {
    page_->Start(nullptr);
    while (clock_.sleepers() == 0) usleep(1000);
  }

  ManualClock clock_{1'700'000'000'000};
  std::unique_ptr<LivePage> page_;
  std::unique_ptr<Site> site_;
  std::unique_ptr<http::Server> server_;
  int port_ = 0;
};

TEST_F(SiteTest, ThePageWithItsPolicy) {
  Serve();
  const std::string answer = Get("/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-cache\r\n"));
}

TEST_F(SiteTest, WithoutScriptThereIsASummary) {
  Serve();
  const std::string answer = Get("/");
  EXPECT_THAT(answer, HasSubstr("<dt>Rows</dt><dd>&lt;12&gt;</dd>"));
  EXPECT_THAT(answer, HasSubstr("<title>&lt;b&gt;&quot;q&quot; &amp; co&lt;/b&gt;"));
  EXPECT_THAT(answer, HasSubstr("<strong>Well.</strong>"));
  EXPECT_THAT(answer, Not(HasSubstr("{{")));
  EXPECT_THAT(answer, Not(HasSubstr("<b>\"q\"")));
}

TEST_F(SiteTest, FilesWithTagsAndPacked) {
  Serve();
  const Asset* style = FindAsset("page.css");
  ASSERT_TRUE(style);
  const std::string plain = Get("/page/page.css");
  EXPECT_THAT(plain, HasSubstr("ETag: " + style->etag));
  EXPECT_THAT(plain, HasSubstr("Content-Type: text/css; charset=utf-8\r\n"));
  EXPECT_THAT(plain, HasSubstr(*style->plain));
  const std::string packed = Get("/page/page.css", "Host: localhost\r\nAccept-Encoding: gzip\r\n");
  EXPECT_THAT(packed, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_LT(packed.size(), plain.size() / 2);
  const std::string known =
      Get("/page/page.css", "Host: localhost\r\nIf-None-Match: " + style->etag + "\r\n");
  EXPECT_THAT(known, StartsWith("HTTP/1.1 304"));
  EXPECT_THAT(known, Not(HasSubstr(":root")));
}

TEST_F(SiteTest, AllFilesTogetherAreSmall) {
  size_t bytes = 0;
  for (const Asset& asset : Assets()) bytes += asset.gzip->size();
  EXPECT_GT(Assets().size(), 8);
  EXPECT_LE(bytes, 60 << 10);
}

TEST_F(SiteTest, NoFileLoadsAnythingFromElsewhere) {
  for (const Asset& asset : Assets()) {
    for (const char* word :
         {"src=\"http", "href=\"http", "url(http", "from \"http", "@import", "innerHTML",
          "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\"", " onclick="})
      EXPECT_EQ(asset.plain->find(word), std::string::npos) << asset.name << " has " << word;
  }
}

TEST_F(SiteTest, OtherAddresses) {
  Serve();
  for (const char* path : {"/page/", "/page/index.html", "/page/../page.css", "/page/nothing.mjs",
                           "/api/", "/api/v2/status"})
    EXPECT_THAT(Get(path), StartsWith("HTTP/1.1 404")) << path;
  EXPECT_THAT(Get("/metrics"), StartsWith("HTTP/1.1 410"));  // somebody else's
  EXPECT_THAT(Ask(port_, "POST", "/api/v1/status", "Content-Length: 0\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST_F(SiteTest, TheStatusAsJson) {
  Serve();
  const std::string answer = Get("/api/v1/status");
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  const auto status = nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n")));
  EXPECT_EQ(status["n"], 0);
  const std::string packed = Get("/api/v1/status", "Host: localhost\r\nAccept-Encoding: gzip\r\n");
  EXPECT_THAT(packed, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_LT(packed.size(), 1500);
}

TEST_F(SiteTest, AStreamBeginsWithAllThereIsAndGoesOn) {
  Serve();
  Start();
  std::string text;
  const int fd = OpenStream(text);
  text = ReceiveUntil(fd, text, "event: snapshot");
  EXPECT_THAT(text, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(text, HasSubstr("retry: 2000\n\n"));
  EXPECT_THAT(text, HasSubstr("event: snapshot\ndata: {\"n\":1,"));
  clock_.Advance(std::chrono::milliseconds(200));
  text = ReceiveUntil(fd, "", "{\"n\":2}");
  EXPECT_THAT(text, HasSubstr("event: count\ndata: {\"n\":2}\n\n"));
  close(fd);
  page_->Finish();
}

TEST_F(SiteTest, WhoeverComesBackHearsWhatWasMissed) {
  Serve();
  Start();
  std::string text;
  const int first = OpenStream(text);
  text = ReceiveUntil(first, text, "event: snapshot");
  close(first);
  const size_t at = text.find("id: ") + 4;
  const std::string id = text.substr(at, text.find('\n', at) - at);
  for (const char* turned : {"\"n\":2,", "\"n\":3,"}) {
    while (clock_.sleepers() == 0) usleep(1000);
    clock_.Advance(std::chrono::milliseconds(200));
    while (page_->StatusJson().find(turned) == std::string::npos) usleep(1000);
  }
  const int second = OpenStream(text, "Last-Event-ID: " + id + "\r\n");
  text = ReceiveUntil(second, text, "{\"n\":3}");
  EXPECT_THAT(text, Not(HasSubstr("event: snapshot")));
  EXPECT_THAT(text, HasSubstr("data: {\"n\":2}"));
  close(second);
  const int third = OpenStream(text, "Last-Event-ID: another-run-4\r\n");
  text = ReceiveUntil(third, text, "event: snapshot");
  EXPECT_THAT(text, HasSubstr("event: snapshot"));
  close(third);
  page_->Finish();
}

TEST_F(SiteTest, SixteenStreamsAndNoMore) {
  Serve();
  Start();
  std::vector<int> streams;
  std::string text;
  for (int i = 0; i < EventStreams::kMostClients; ++i) {
    streams.push_back(OpenStream(text));
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200")) << i;
  }
  int refused = OpenStream(text);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Get("/api/v1/status"), StartsWith("HTTP/1.1 200"));
  close(refused);
  close(streams.back());
  streams.pop_back();
  // The server notices within a moment, and there is room again.
  for (int tries = 0; tries < 500; ++tries) {
    refused = OpenStream(text);
    if (text.starts_with("HTTP/1.1 200")) break;
    close(refused);
    usleep(10'000);
  }
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200"));
  close(refused);
  for (const int fd : streams) close(fd);
  page_->Finish();
}

TEST_F(SiteTest, TheEndIsToldToOpenStreams) {
  Serve();
  Start();
  std::string text;
  const int fd = OpenStream(text);
  text = ReceiveUntil(fd, text, "event: snapshot");
  page_->Finish();
  EXPECT_EQ(page_->streams().open(), 0);
  server_.reset();
  text = ReceiveUntil(fd, "", "\r\n0\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("{\"n\":2}"));
  EXPECT_THAT(text, EndsWith("\r\n0\r\n\r\n"));  // whole, not cut off
  close(fd);
}

}  // namespace
}  // namespace sluice::page
