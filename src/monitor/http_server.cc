// SPDX-License-Identifier: Apache-2.0
#include "monitor/http_server.h"

#include <microhttpd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "monitor/listen_socket.h"

namespace sluice::monitor {

namespace {

constexpr unsigned kMaxConnections = 64;
constexpr unsigned kIdleSeconds = 10;
constexpr size_t kMaxHeaderBytes = 16 << 10;

class MicroServer : public HttpServer {
 public:
  MicroServer(std::string address, Handler handler)
      : address_(std::move(address)), handler_(std::move(handler)) {}
  ~MicroServer() override {
    if (daemon_) MHD_stop_daemon(daemon_);
  }

  Status Listen(int fd) {
    daemon_ = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr,
                               &MicroServer::OnRequest, this, MHD_OPTION_LISTEN_SOCKET, fd,
                               MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
                               MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMaxHeaderBytes, MHD_OPTION_END);
    if (daemon_) return Status::Ok();
    const int error = errno;
    close(fd);
    return Status::Exit("MONITOR_ADDRESS", "the HTTP server at " + address_ +
                                               " could not start: " + std::strerror(error));
  }

  const std::string& address() const override { return address_; }

 private:
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* path,
                              const char* method, const char* /*version*/, const char* /*body*/,
                              size_t* body_size, void** seen) {
    // Called when the headers are there, for each piece of a body, and at the end.
    if (*seen == nullptr) {
      *seen = self;
      return MHD_YES;
    }
    if (*body_size != 0) {
      *body_size = 0;
      return MHD_YES;
    }
    return static_cast<MicroServer*>(self)->Answer(connection, path, method);
  }

  MHD_Result Answer(MHD_Connection* connection, std::string_view path, std::string_view method) {
    const bool allowed = method == MHD_HTTP_METHOD_GET || method == MHD_HTTP_METHOD_HEAD;
    HttpResponse answer{405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
    if (allowed) answer = handler_(path);
    MHD_Response* response = MHD_create_response_from_buffer(answer.body.size(), answer.body.data(),
                                                             MHD_RESPMEM_MUST_COPY);
    if (!response) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", answer.content_type.c_str());
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (!allowed) MHD_add_response_header(response, "Allow", "GET, HEAD");
    const MHD_Result result =
        MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    return result;
  }

  std::string address_;
  Handler handler_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen, Handler handler) {
  SLUICE_ASSIGN_OR_RETURN(const ListenSocket socket, OpenListenSocket(listen));
  auto server = std::make_unique<MicroServer>(socket.address, std::move(handler));
  SLUICE_RETURN_IF_ERROR(server->Listen(socket.fd));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace sluice::monitor
