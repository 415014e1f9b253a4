// SPDX-License-Identifier: Apache-2.0
//
// TLS is verified: against the system's certificates or those of ca_file, and by the host's name.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <microhttpd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "http/client.h"
#include "http/testing/fetch.h"

namespace sluice::http {
namespace {

namespace fs = std::filesystem;
using testing::FailureOf;
using testing::FetchNow;
using testing::ResponseOf;

std::string ReadAll(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A server with a certificate of its own for 127.0.0.1, or for another name.
class TlsServer {
 public:
  explicit TlsServer(const std::string& name)
      : folder_(fs::temp_directory_path() / fmt::format("http_tls.{}.{}", getpid(), name)) {
    fs::create_directories(folder_);
    const std::string command = fmt::format(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext "
        "subjectAltName={} "
        "-keyout {}/key.pem -out {}/cert.pem 2>/dev/null",
        name, folder_.string(), folder_.string());
    if (std::system(command.c_str()) != 0) return;
    const std::string key = ReadAll(folder_ / "key.pem"),
                      certificate = ReadAll(folder_ / "cert.pem");
    daemon_ = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0,
                               nullptr, nullptr, &TlsServer::OnRequest, nullptr,
                               MHD_OPTION_HTTPS_MEM_KEY, key.c_str(), MHD_OPTION_HTTPS_MEM_CERT,
                               certificate.c_str(), MHD_OPTION_END);
  }
  ~TlsServer() {
    if (daemon_) MHD_stop_daemon(daemon_);
    fs::remove_all(folder_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  bool runs() const { return daemon_ != nullptr; }
  std::string certificate() const { return folder_ / "cert.pem"; }
  std::string url() const {
    const int port = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
    return fmt::format("https://127.0.0.1:{}/vp.pb?key=SECRET", port);
  }

 private:
  static MHD_Result OnRequest(void*, MHD_Connection* connection, const char*, const char*,
                              const char*, const char*, size_t*, void**) {
    static char body[] = "feed";
    MHD_Response* response = MHD_create_response_from_buffer(4, body, MHD_RESPMEM_PERSISTENT);
    const MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
  }

  const fs::path folder_;
  MHD_Daemon* daemon_ = nullptr;
};

TEST(Tls, AnUnknownCertificateIsRefused) {
  const TlsServer server("IP:127.0.0.1");
  if (!server.runs()) GTEST_SKIP() << "no openssl program";
  const auto client = testing::StartClient();
  const Failure failure = FailureOf(FetchNow(*client, server.url()));
  EXPECT_EQ(failure.kind, FailureKind::kTls);
  EXPECT_THAT(failure.message, ::testing::HasSubstr("certificate"));
  EXPECT_THAT(failure.message, ::testing::Not(::testing::HasSubstr("SECRET")));
}

TEST(Tls, ACertificateOfTheFileIsTrusted) {
  const TlsServer server("IP:127.0.0.1");
  if (!server.runs()) GTEST_SKIP() << "no openssl program";
  ClientOptions options;
  options.ca_file = server.certificate();
  const auto client = testing::StartClient(options);
  EXPECT_EQ(ResponseOf(FetchNow(*client, server.url())).body, "feed");
}

TEST(Tls, AnotherNameIsRefused) {
  const TlsServer server("DNS:other.example");
  if (!server.runs()) GTEST_SKIP() << "no openssl program";
  ClientOptions options;
  options.ca_file = server.certificate();
  const auto client = testing::StartClient(options);
  const Failure failure = FailureOf(FetchNow(*client, server.url()));
  EXPECT_EQ(failure.kind, FailureKind::kTls) << failure.message;
}

}  // namespace
}  // namespace sluice::http
