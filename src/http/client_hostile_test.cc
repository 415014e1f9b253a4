// SPDX-License-Identifier: Apache-2.0
//
// The client against servers that no server should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include "http/client.h"
#include "http/gzip.h"
#include "http/testing/fetch.h"
#include "http/testing/raw_server.h"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::FailureOf;
using testing::FetchNow;
using ::testing::HasSubstr;
using testing::RawConnection;
using testing::RawServer;
using testing::ResponseOf;
using testing::StartClient;
using ::testing::StartsWith;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\n";

class HostileTest : public ::testing::Test {
 protected:
  // The failure of a fetch from a server that answers so.
  Failure Provoke(RawServer::Script script) {
    const RawServer server(std::move(script));
    request_.url = server.url() + "/vp.pb?key=SECRET";
    const Failure failure = FailureOf(FetchNow(*client_, request_));
    EXPECT_THAT(failure.message, ::testing::Not(HasSubstr("SECRET")));
    EXPECT_THAT(failure.message, StartsWith(server.url() + "/vp.pb: "));
    return failure;
  }
  Failure Provoke(std::string bytes) {
    return Provoke([bytes = std::move(bytes)](RawConnection& c) { c.Send(bytes); });
  }
  Response Receive(std::string bytes) {
    const RawServer server([&](RawConnection& c) { c.Send(bytes); });
    request_.url = server.url();
    return ResponseOf(FetchNow(*client_, request_));
  }

  const std::unique_ptr<Client> client_ = StartClient();
  Request request_;
};

TEST_F(HostileTest, NeverAnswers) {
  request_.total_timeout = milliseconds(200);
  const Failure failure = Provoke([](RawConnection& c) { c.WaitForClose(); });
  EXPECT_EQ(failure.kind, FailureKind::kTimeout);
  EXPECT_THAT(failure.message, HasSubstr("connected, but no answer within "));
  EXPECT_GE(failure.duration, milliseconds(200));
  EXPECT_LT(failure.duration, std::chrono::seconds(30));
}

TEST_F(HostileTest, StopsInTheMiddle) {
  request_.total_timeout = milliseconds(1000);
  const Failure failure = Provoke([](RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    c.WaitForClose();
  });
  EXPECT_EQ(failure.kind, FailureKind::kTimeout);
  EXPECT_THAT(failure.message, HasSubstr("4 bytes came"));
}

TEST_F(HostileTest, DripsForEver) {
  request_.total_timeout = milliseconds(300);
  const Failure failure = Provoke([](RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (c.Send("x")) std::this_thread::sleep_for(milliseconds(10));
  });
  EXPECT_EQ(failure.kind, FailureKind::kTimeout);
}

TEST_F(HostileTest, ClosesWithoutAnAnswer) { EXPECT_EQ(Provoke("").kind, FailureKind::kConnect); }

TEST_F(HostileTest, DoesNotSpeakHttp) {
  EXPECT_EQ(Provoke("220 ftp.example ready\r\n").kind, FailureKind::kBadAnswer);
  EXPECT_EQ(Provoke(std::string(100000, '\x16')).kind, FailureKind::kBadAnswer);
  EXPECT_EQ(Provoke("HTTP/7.3 200 OK\r\n\r\n").kind, FailureKind::kBadAnswer);
  EXPECT_EQ(Provoke("HTTP/1.1 abc\r\n\r\n").kind, FailureKind::kBadAnswer);
  EXPECT_EQ(Provoke("HTTP/1.1 200 OK\r\nno colon\r\n\r\nx").kind, FailureKind::kBadAnswer);
}

TEST_F(HostileTest, SendsHeadersWithoutEnd) {
  const std::string line = "X-Header: " + std::string(1000, 'x') + "\r\n";
  const Failure failure = Provoke([&](RawConnection& c) {
    c.Send(kOk);
    for (int i = 0; i < 100000 && c.Send(line); ++i) {
    }
  });
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge);
  EXPECT_THAT(failure.message, HasSubstr("its headers are longer than 262144 bytes"));
}

TEST_F(HostileTest, SendsOneHeaderWithoutEnd) {
  const Failure failure = Provoke([](RawConnection& c) {
    c.Send(kOk);
    c.Send("X: ");
    const std::string piece(10000, 'x');
    for (int i = 0; i < 10000 && c.Send(piece); ++i) {
    }
  });
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge) << failure.message;
}

TEST_F(HostileTest, SendsInterimAnswersWithoutEnd) {
  const Failure failure = Provoke([](RawConnection& c) {
    while (c.Send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")) {
    }
  });
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge) << failure.message;
}

TEST_F(HostileTest, SendsABodyWithoutEnd) {
  request_.max_wire_bytes = 1 << 20;
  const std::string piece(10000, 'x');
  const Failure failure = Provoke([&](RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (c.Send(piece)) {
    }
  });
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge);
  EXPECT_THAT(failure.message, HasSubstr("more than 1048576 bytes were sent"));
}

TEST_F(HostileTest, SendsATrailerWithoutEnd) {
  const std::string line = "X-Trailer: " + std::string(1000, 'x') + "\r\n";
  const Failure failure = Provoke([&](RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfeed\r\n0\r\n");
    for (int i = 0; i < 10000 && c.Send(line); ++i) {
    }
  });
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge) << failure.message;
}

TEST_F(HostileTest, AnnouncesMoreThanIsAllowed) {
  request_.max_wire_bytes = 1000;
  const Failure failure = Provoke("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx");
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge);
  EXPECT_THAT(failure.message, HasSubstr("its Content-Length is 99999999999"));
}

TEST_F(HostileTest, EndsBeforeItsLength) {
  const Failure failure = Provoke("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  EXPECT_EQ(failure.kind, FailureKind::kTruncated);
  EXPECT_THAT(failure.message, HasSubstr(": the body ends after 4 of 100 bytes"));
}

TEST_F(HostileTest, EndsInsideAChunk) {
  const Failure failure =
      Provoke("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf");
  EXPECT_EQ(failure.kind, FailureKind::kTruncated);
  EXPECT_THAT(failure.message, HasSubstr("the body ends before its end, after 4 bytes"));
}

TEST_F(HostileTest, SendsAChunkThatIsNone) {
  const Failure failure =
      Provoke("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfeed\r\nnot hex\r\n");
  EXPECT_EQ(failure.kind, FailureKind::kTruncated) << failure.message;
}

TEST_F(HostileTest, EndsInsideItsGzip) {
  const std::string packed = Gzip("a feed that is long enough to be cut");
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
  // Without a length only gzip itself tells.
  const Failure failure = Provoke(head + packed.substr(0, packed.size() - 4));
  EXPECT_EQ(failure.kind, FailureKind::kTruncated);
  EXPECT_THAT(failure.message, HasSubstr("its gzip data stops before the end"));
}

TEST_F(HostileTest, SaysGzipAndSendsPlain) {
  const Failure failure = Provoke("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain");
  EXPECT_EQ(failure.kind, FailureKind::kBadEncoding);
  EXPECT_THAT(failure.message, HasSubstr("it begins with 70 6c 61 69"));
}

TEST_F(HostileTest, SendsAGzipBomb) {
  // 2 MiB of gzip that would be 2 GiB.
  std::string bomb;
  const std::string member = Gzip(std::string(64 << 20, '\0'), 9);
  for (int i = 0; i < 32; ++i) bomb += member;
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const Failure failure = Provoke([&](RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: identity\r\n\r\n");
    c.Send(bomb);
  });
  getrusage(RUSAGE_SELF, &after);
  EXPECT_EQ(failure.kind, FailureKind::kRatio) << failure.message;
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 16 << 10);  // KiB
}

TEST_F(HostileTest, SendsAGzipBombAsTransferEncoding) {
  request_.max_wire_bytes = request_.max_body_bytes = 1 << 20;
  const std::string bomb = Gzip(std::string(64 << 20, '\0'), 9);
  const Failure failure = Provoke([&](RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n");
    c.Send(bomb);
  });
  EXPECT_EQ(failure.kind, FailureKind::kTooLarge) << failure.message;
}

TEST_F(HostileTest, SendsOddHeaders) {
  const Response response = Receive(
      "HTTP/1.1 200 OK\r\nETag:   \"x\"  \r\nContent-Type: text/plain\r\nContent-Type: a/b\r\n"
      "Last-Modified: bad\x01here\r\nRetry-After: " +
      std::string(5000, '1') + "\r\nContent-Encoding: utf-8\r\n\r\nfeed");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.etag, "\"x\"");
  EXPECT_EQ(response.content_type, "a/b");
  EXPECT_EQ(response.last_modified, "");
  EXPECT_EQ(response.retry_after, "");
  EXPECT_EQ(response.content_encoding, "utf-8");
  EXPECT_EQ(response.body, "feed");
}

TEST_F(HostileTest, AnInterimAnswerIsForgotten) {
  const Response response =
      Receive("HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.etag, "");
}

TEST_F(HostileTest, SpeaksHttpWhereTlsIsExpected) {
  const RawServer server([](RawConnection& c) { c.Send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  request_.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/vp.pb?key=SECRET";
  // Reads no request that it understands, so it has to give up by itself.
  request_.total_timeout = milliseconds(500);
  const Failure failure = FailureOf(FetchNow(*client_, request_));
  EXPECT_TRUE(failure.kind == FailureKind::kTls || failure.kind == FailureKind::kTimeout)
      << failure.message;
  EXPECT_THAT(failure.message, ::testing::Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace sluice::http
