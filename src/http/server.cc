// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "http/bell.h"
#include "http/listen_socket.h"
#include "http/reply.h"
#include "http/thread.h"

namespace sluice::http {

namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
using Time = SteadyClock::time_point;

constexpr size_t kMostUploaded = 64 << 10;  // of a body that nobody asked for
constexpr milliseconds kSweep{1000};
constexpr milliseconds kLongestWait = std::chrono::hours(24);

class MicroServer;

// One request and its answer.
struct Exchange {
  MicroServer* server = nullptr;
  std::string target;  // as it stands in the request line
  MHD_Connection* connection = nullptr;
  bool begun = false;  // the headers are there
  size_t uploaded = 0;
  bool judged = false;  // the handler has made `response`
  ServerResponse response;
  std::shared_ptr<CountingWaker> waker;
  uint64_t rings_seen = 0;
  Time due;           // of the delay, or of the stream's next question
  bool gone = false;  // the client closed while we waited
};

Time After(milliseconds wait) {
  return wait == milliseconds::max() ? Time::max()
                                     : SteadyClock::now() + std::min(wait, kLongestWait);
}

// The other side has, and nothing that it sent is unread.
bool HasClosed(int fd) {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

class MicroServer : public Server {
 public:
  MicroServer(ServerOptions options, std::string address, Handler handler)
      : options_(std::move(options)), address_(std::move(address)), handler_(std::move(handler)) {}

  ~MicroServer() override {
    stopping_ = true;
    bell_->Ring();
    if (thread_.joinable()) thread_.join();
    if (daemon_) MHD_stop_daemon(daemon_);
  }

  Status Listen(int fd) {
    // Polled by our thread, not by one of the library's: connections are suspended and resumed between
    // its steps, and the sockets of those that wait are watched by us.
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, &MicroServer::OnRequest,
        this, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        static_cast<unsigned>(options_.max_connections), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        static_cast<unsigned>(options_.max_connections_per_address), MHD_OPTION_CONNECTION_TIMEOUT,
        static_cast<unsigned>(options_.idle_timeout.count()), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        options_.max_header_bytes, MHD_OPTION_URI_LOG_CALLBACK, &MicroServer::OnTarget, this,
        MHD_OPTION_NOTIFY_COMPLETED, &MicroServer::OnCompleted, this, MHD_OPTION_NOTIFY_CONNECTION,
        &MicroServer::OnConnection, this, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    if (!daemon_ || bell_->fd() < 0) {
      const int error = errno;
      if (!daemon_) close(fd);
      return Status::Exit(options_.error_code, "the HTTP server at " + address_ +
                                                   " could not start: " + std::strerror(error));
    }
    epoll_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return StartThread(options_.error_code, "http-server", thread_, [this] { Run(); });
  }

  const std::string& address() const override { return address_; }

 private:
  // The callbacks of libmicrohttpd.
  static void* OnTarget(void* self, const char* target, MHD_Connection* connection) {
    auto* exchange = new Exchange;
    exchange->server = static_cast<MicroServer*>(self);
    exchange->target = target;
    exchange->connection = connection;
    return exchange;
  }

  static MHD_Result OnRequest(void* self, MHD_Connection*, const char*, const char* method,
                              const char*, const char*, size_t* body_size, void** context) {
    return static_cast<MicroServer*>(self)->Step(static_cast<Exchange*>(*context), method,
                                                 body_size);
  }

  static ssize_t OnRead(void* context, uint64_t position, char* into, size_t size) {
    auto* exchange = static_cast<Exchange*>(context);
    return exchange->server->ReadStream(*exchange, position, {into, size});
  }

  static void OnCompleted(void* self, MHD_Connection* connection, void** context,
                          MHD_RequestTerminationCode code) {
    const std::unique_ptr<Exchange> exchange(static_cast<Exchange*>(*context));
    *context = nullptr;
    if (!exchange) return;
    auto& server = *static_cast<MicroServer*>(self);
    server.waiting_.erase(exchange.get());
    server.unanswered_[connection] = SteadyClock::now();
    if (exchange->response.done)
      exchange->response.done(code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
  }

  static void OnConnection(void* self, MHD_Connection* connection, void**,
                           MHD_ConnectionNotificationCode code) {
    auto& unanswered = static_cast<MicroServer*>(self)->unanswered_;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      unanswered[connection] = SteadyClock::now();
    } else {
      unanswered.erase(connection);
    }
  }

  // Called when the headers are there, for each piece of a body, at the end, and after each wait.
  MHD_Result Step(Exchange* exchange, const char* method, size_t* body_size) {
    if (!exchange) return MHD_NO;
    if (!exchange->begun) {
      exchange->begun = true;
      return MHD_YES;
    }
    if (*body_size != 0) {
      exchange->uploaded += std::exchange(*body_size, 0);
      return exchange->uploaded > kMostUploaded ? MHD_NO : MHD_YES;
    }
    if (!exchange->judged) Judge(*exchange, method);
    if (exchange->gone || stopping_) return MHD_NO;
    if (SteadyClock::now() < exchange->due) {
      if (exchange->waker)
        exchange->rings_seen = exchange->waker->rings();  // not meant for a delay
      Suspend(*exchange);
      return MHD_YES;
    }
    return exchange->response.close_without_answer ? MHD_NO : Send(*exchange);
  }

  void Judge(Exchange& exchange, const char* method) {
    exchange.judged = true;
    unanswered_.erase(exchange.connection);
    exchange.response = Answer(exchange, method);
    exchange.waker = std::dynamic_pointer_cast<CountingWaker>(exchange.response.waker);
    if (exchange.waker) exchange.waker->Listen(bell_);
    exchange.due = After(exchange.response.delay);
  }

  ServerResponse Answer(const Exchange& exchange, std::string method) {
    if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
      ServerResponse refusal = PlainAnswer(405, "only GET and HEAD\n");
      refusal.headers = {{"Allow", "GET, HEAD"}};
      return refusal;
    }
    auto target = ParseTarget(exchange.target);
    if (!target) return PlainAnswer(400, "the address cannot be read\n");
    try {
      return handler_(ReadRequest(exchange.connection, std::move(method), *std::move(target)));
    } catch (const std::exception&) {  // out of memory: must not pass through a C library
      return PlainAnswer(500, "internal error\n");
    }
  }

  MHD_Result Send(Exchange& exchange) {
    ServerResponse& response = exchange.response;
    Reply reply = MakeReply(response, &MicroServer::OnRead, &exchange);
    if (!reply || response.status < 200 || response.status > 599) {
      ServerResponse error = PlainAnswer(500, "an answer that cannot be sent\n");
      reply = MakeReply(error, nullptr, nullptr);
      response.status = error.status;
    }
    if (!reply) return MHD_NO;
    return MHD_queue_response(exchange.connection, static_cast<unsigned>(response.status),
                              reply.get());
  }

  ssize_t ReadStream(Exchange& exchange, uint64_t position, std::span<char> into) {
    if (exchange.gone || stopping_) return MHD_CONTENT_READER_END_WITH_ERROR;
    // Looked at before the question: a ring in between is not lost.
    if (exchange.waker) exchange.rings_seen = exchange.waker->rings();
    BodyStep step = BodyStep::Abort();
    try {
      step = exchange.response.stream(position, into);
    } catch (const std::exception&) {
      step = BodyStep::Abort();
    }
    switch (step.kind) {
      case BodyStep::Kind::kBytes:
        if (step.bytes > 0) return static_cast<ssize_t>(std::min(step.bytes, into.size()));
        [[fallthrough]];  // no bytes: ask again in a moment, or this thread would spin
      case BodyStep::Kind::kWait:
        exchange.due = After(std::max(step.wait, milliseconds(1)));
        Suspend(exchange);
        return 0;
      case BodyStep::Kind::kEnd: return MHD_CONTENT_READER_END_OF_STREAM;
      case BodyStep::Kind::kAbort: break;
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }

  void Suspend(Exchange& exchange) {
    MHD_suspend_connection(exchange.connection);
    waiting_.insert(&exchange);
  }

  void Run() {
    std::vector<pollfd> polled;
    std::vector<Exchange*> watched;
    while (!stopping_) {
      polled = {{epoll_, POLLIN, 0}, {bell_->fd(), POLLIN, 0}};
      watched.assign(waiting_.begin(), waiting_.end());
      // Of those that wait we want to hear only that they are gone.
      for (const Exchange* exchange : watched)
        polled.push_back({SocketOf(exchange->connection), POLLRDHUP, 0});
      poll(polled.data(), polled.size(), static_cast<int>(SleepFor().count()));
      bell_->Quiet();
      for (size_t i = 0; i < watched.size(); ++i)
        if (polled[i + 2].revents != 0) watched[i]->gone = true;
      ResumeDue();
      CloseSlow();
      MHD_run(daemon_);
    }
    // The library may not be stopped while anything is suspended. They end at their next step.
    while (!waiting_.empty()) {
      Resume(*waiting_.begin());
      MHD_run(daemon_);
    }
  }

  milliseconds SleepFor() const {
    milliseconds sleep = unanswered_.empty() ? kLongestWait : kSweep;
    MHD_UNSIGNED_LONG_LONG limit = 0;
    if (MHD_get_timeout(daemon_, &limit) == MHD_YES)
      sleep = milliseconds(std::min<uint64_t>(limit, static_cast<uint64_t>(sleep.count())));
    const Time now = SteadyClock::now();
    for (const Exchange* exchange : waiting_)
      sleep = std::min(sleep, std::chrono::ceil<milliseconds>(exchange->due - now));
    return std::max(sleep, milliseconds(0));
  }

  void ResumeDue() {
    const Time now = SteadyClock::now();
    const std::vector<Exchange*> waiting(waiting_.begin(), waiting_.end());
    for (Exchange* exchange : waiting) {
      const bool rung = exchange->waker && exchange->waker->rings() != exchange->rings_seen;
      if (exchange->gone || rung || exchange->due <= now) Resume(exchange);
    }
  }

  void Resume(Exchange* exchange) {
    waiting_.erase(exchange);
    MHD_resume_connection(exchange->connection);
  }

  // A byte now and then keeps a connection from being idle, not from this. And of a client that closed right
  // after a part of its request the library hears only when that is idle.
  void CloseSlow() {
    const Time now = SteadyClock::now();
    for (const auto& [connection, since] : unanswered_) {
      const int fd = SocketOf(connection);
      if (now - since > options_.request_timeout || (now - since > kSweep && HasClosed(fd)))
        shutdown(fd, SHUT_RDWR);
    }
  }

  const ServerOptions options_;
  const std::string address_;
  const Handler handler_;
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::atomic<bool> stopping_{false};
  MHD_Daemon* daemon_ = nullptr;
  int epoll_ = -1;
  std::thread thread_;
  // The server's thread only.
  std::set<Exchange*> waiting_;                 // suspended
  std::map<MHD_Connection*, Time> unanswered_;  // no whole request yet, since when
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, Handler handler) {
  SLUICE_ASSIGN_OR_RETURN(ListenSocket socket, OpenListenSocket(options));
  auto server =
      std::make_unique<MicroServer>(std::move(options), socket.address, std::move(handler));
  SLUICE_RETURN_IF_ERROR(server->Listen(socket.fd));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace sluice::http
