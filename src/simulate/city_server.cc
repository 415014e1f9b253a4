// SPDX-License-Identifier: Apache-2.0
#include "simulate/city_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "http/gzip.h"
#include "http/server.h"
#include "simulate/city_clock.h"
#include "simulate/city_feed.h"
#include "simulate/timed_body.h"
#include "simulate/validators.h"

namespace sluice::simulate {

namespace {

using http::ServerRequest;
using http::ServerResponse;
using std::chrono::milliseconds;

constexpr const char* kProtobufType = "application/x-protobuf";
constexpr int kMostConnections = 2000;

ServerResponse Plain(int status, std::string text) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

// A fault with the time when it began, which a frozen feed is of.
struct ActiveFault {
  Fault fault;
  milliseconds since_start{};
};

struct Asked {
  const ServerRequest& request;
  CityTime time;
  CityFeeds& feeds;
  FeedFile file;
  ActiveFault active;
};

class Server : public CityServer {
 public:
  Server(CityServerOptions options, Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        city_clock_(clock, options_.start_ms, options_.speed) {
    cities_.emplace("", CityFeeds(options_.city));
    for (int i = 1; i <= options_.feeds; ++i) {
      gtfs::CityOptions another = options_.city;
      another.seed += static_cast<uint64_t>(i);
      cities_.emplace(fmt::format("f{:02}", i), CityFeeds(another));
    }
  }

  Status Listen() {
    http::ServerOptions options;
    options.listen = options_.listen;
    options.max_connections = kMostConnections;
    options.max_connections_per_address = kMostConnections;
    options.setting = "--listen";
    options.error_code = "SIMULATE_ADDRESS";
    SLUICE_ASSIGN_OR_RETURN(
        http_, http::Server::Start(std::move(options), [this](const ServerRequest& request) {
          return Answer(request);
        }));
    return Status::Ok();
  }

  const std::string& address() const override { return http_->address(); }
  const ServedLog& served() const override { return *log_; }

 private:
  ServerResponse Answer(const ServerRequest& request);
  ServerResponse AnswerFeed(const Asked& asked);
  ServerResponse AnswerContent(const Asked& asked, Served& served);
  ServerResponse AnswerInstead(const Asked& asked);
  ServerResponse AnswerWithBytes(const Asked& asked);
  void Spoil(const Fault& fault, ServerResponse& response) const;
  ServerResponse Log(ServerResponse response, Served served);
  std::string Index() const;

  bool HasKey(const ServerRequest& request) const;
  Result<ActiveFault> FaultOf(const ServerRequest& request, CityTime time) const;
  int64_t ContentTime(const Asked& asked) const;

  CityServerOptions options_;
  Clock& clock_;
  CityClock city_clock_;
  std::map<std::string, CityFeeds> cities_;  // by prefix; of the HTTP server's thread
  std::map<int64_t, std::shared_ptr<const std::string>> bombs_;  // compressed, by their size
  std::shared_ptr<ServedLog> log_ = std::make_shared<ServedLog>();
  std::unique_ptr<http::Server> http_;  // last: its thread uses all of the above
};

bool Server::HasKey(const ServerRequest& request) const {
  if (options_.api_key.empty()) return true;
  const std::string* header = request.FindHeader("x-api-key");
  const std::string* parameter = request.FindQuery("key");
  return (header != nullptr && *header == options_.api_key) ||
         (parameter != nullptr && *parameter == options_.api_key);
}

// The request's own fault goes before the schedule's; it began with the server.
Result<ActiveFault> Server::FaultOf(const ServerRequest& request, CityTime time) const {
  const std::string* text = request.FindQuery("fault");
  if (text == nullptr) text = request.FindHeader("x-fault");
  if (text != nullptr) {
    SLUICE_ASSIGN_OR_RETURN(const Fault fault, ParseFault(*text));
    return ActiveFault{fault, {}};
  }
  const ScheduledFault* scheduled = options_.faults.At(request.path, time.since_start);
  if (scheduled != nullptr) return ActiveFault{scheduled->fault, scheduled->begin};
  return ActiveFault{};
}

int64_t Server::ContentTime(const Asked& asked) const {
  const int64_t ms = asked.active.fault.kind == FaultKind::kFrozen
                         ? city_clock_.start_ms() + asked.active.since_start.count()
                         : asked.time.ms;
  const int64_t seconds = ms / 1000;
  return seconds - seconds % options_.refresh_seconds;
}

ServerResponse Server::Answer(const ServerRequest& request) {
  if (request.path == "/") return Plain(200, Index());
  if (request.path == "/served.json" || request.path == "/served.jsonl") {
    const bool lines = request.path.ends_with('l');
    ServerResponse response = Plain(200, lines ? log_->LinesJson() : log_->CountsJson());
    response.content_type = lines ? "application/x-ndjson" : "application/json";
    return response;
  }
  const std::string_view path = std::string_view(request.path).substr(1);
  const size_t slash = path.rfind('/');
  const std::string prefix(slash == std::string_view::npos ? "" : path.substr(0, slash));
  FeedFile file;
  const auto city = cities_.find(prefix);
  if (city == cities_.end() ||
      !ParseFeedFile(slash == std::string_view::npos ? path : path.substr(slash + 1), &file))
    return Plain(404, "there is no such feed; / lists them\n");
  const CityTime time = city_clock_.Now();
  if (!HasKey(request)) {
    Served served;
    served.path = request.path;
    served.fault = "no-key";
    served.city_ms = time.ms;
    return Log(Plain(401, "an API key is missing or wrong\n"), std::move(served));
  }
  const Result<ActiveFault> active = FaultOf(request, time);
  if (!active.ok()) return Plain(400, active.status().message() + "\n");
  if (file.format == FeedFormat::kJson && IsProtobufFault(active->fault.kind))
    return Plain(400, active->fault.name() + " is a fault of the .pb feeds alone\n");
  return AnswerFeed({request, time, city->second, file, *active});
}

ServerResponse Server::AnswerFeed(const Asked& asked) {
  const Fault& fault = asked.active.fault;
  Served served;
  served.path = asked.request.path;
  served.fault = fault.name();
  served.city_ms = asked.time.ms;
  if (fault.kind == FaultKind::kHung || fault.kind == FaultKind::kReset) {
    ServerResponse response;
    if (fault.kind == FaultKind::kHung) response.delay = milliseconds::max();
    response.close_without_answer = true;
    response.status = 0;
    return Log(std::move(response), std::move(served));
  }
  ServerResponse response =
      StandsInstead(fault.kind) ? AnswerInstead(asked) : AnswerContent(asked, served);
  if (asked.request.method == "HEAD") served.header_time = served.entities = served.faulty = 0;
  return Log(std::move(response), std::move(served));
}

// The feed, or 304.
ServerResponse Server::AnswerContent(const Asked& asked, Served& served) {
  const Fault& fault = asked.active.fault;
  Content& content = asked.feeds.At(asked.file, ContentTime(asked), fault);
  const std::string* match = asked.request.FindHeader("if-none-match");
  const std::string* since = asked.request.FindHeader("if-modified-since");
  served.etag = content.etag;
  ServerResponse response;
  response.content_type =
      asked.file.format == FeedFormat::kJson ? "application/json" : kProtobufType;
  response.headers = {{"ETag", content.etag},
                      {"Last-Modified", HttpDate(content.last_modified)},
                      {"Vary", "Accept-Encoding"},
                      {"Cache-Control", "no-cache"}};
  const bool lies = fault.kind == FaultKind::kLying304 && (match != nullptr || since != nullptr);
  const bool honest = fault.kind == FaultKind::kNone || IsContentFault(fault.kind);
  if (lies || (honest && IsNotModified(match, since, content.etag, content.last_modified))) {
    response.status = 304;
    response.content_type.clear();
    return response;
  }
  const std::string* accepts = asked.request.FindHeader("accept-encoding");
  response.shared_body = content.bytes;
  if (accepts != nullptr && http::AcceptsGzip(*accepts)) {
    CityFeeds::Compress(content);
    response.shared_body = content.gzip;
    response.headers.push_back({"Content-Encoding", "gzip"});
  }
  served.header_time = content.header_time;
  served.entities = content.entities;
  served.faulty = content.faulty;
  Spoil(fault, response);
  return response;
}

// The way in which a body comes.
void Server::Spoil(const Fault& fault, ServerResponse& response) const {
  const Body body = response.shared_body;
  const size_t part = fault.bytes > 0 ? static_cast<size_t>(fault.bytes) : body->size() / 2;
  if (fault.kind == FaultKind::kSlow) response.stream = SlowBody(body, fault.time, clock_);
  if (fault.kind == FaultKind::kTruncated) response.stream = BreakingBody(body, part);
  if (fault.kind == FaultKind::kStalled) response.stream = StallingBody(body, part);
  if (response.stream) response.stream_length = body->size();
}

// What stands in the feed's place.
ServerResponse Server::AnswerInstead(const Asked& asked) {
  const Fault& fault = asked.active.fault;
  if (fault.kind == FaultKind::kRedirect) {
    const std::string next = fault.bytes > 1 ? fmt::format("redirect:{}", fault.bytes - 1) : "none";
    ServerResponse response = Plain(302, "");
    response.headers = {{"Location", asked.request.path + "?fault=" + next}};
    return response;
  }
  if (fault.kind == FaultKind::kStatus) {
    ServerResponse response = Plain(fault.status, PageOf(fault));
    const int64_t seconds = (fault.time.count() + 999) / 1000;
    if (seconds > 0) response.headers = {{"Retry-After", fmt::format("{}", seconds)}};
    return response;
  }
  ServerResponse response = AnswerWithBytes(asked);
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

// 200, whatever the bytes are.
ServerResponse Server::AnswerWithBytes(const Asked& asked) {
  const Fault& fault = asked.active.fault;
  ServerResponse response;
  response.content_type = kProtobufType;
  if (fault.kind == FaultKind::kHtml) response.content_type = "text/html";
  if (fault.kind == FaultKind::kJson) response.content_type = "application/json";
  if (fault.kind == FaultKind::kText) response.content_type = "text/plain";
  if (fault.kind == FaultKind::kGzipBomb) {
    auto& bomb = bombs_[fault.bytes];
    if (!bomb) bomb = std::make_shared<const std::string>(http::Gzip(PageOf(fault), 9));
    response.shared_body = bomb;
    response.headers.push_back({"Content-Encoding", "gzip"});
    return response;
  }
  if (fault.kind != FaultKind::kCut && fault.kind != FaultKind::kGzipTwice) {
    response.body = PageOf(fault);
    return response;
  }
  Content& content = asked.feeds.At(asked.file, ContentTime(asked), fault);
  if (fault.kind == FaultKind::kGzipTwice) {
    CityFeeds::Compress(content);
    response.body = http::Gzip(*content.gzip, 1);
    response.headers.push_back({"Content-Encoding", "gzip"});
  } else {
    const size_t half = content.bytes->size() / 2;
    response.body =
        content.bytes->substr(0, fault.bytes > 0 ? static_cast<size_t>(fault.bytes) : half);
  }
  return response;
}

ServerResponse Server::Log(ServerResponse response, Served served) {
  served.machine_ms = clock_.NowMs();
  served.status = response.status;
  served.bytes = static_cast<int64_t>(response.shared_body ? response.shared_body->size()
                                                           : response.body.size());
  const uint64_t number = log_->Begin(std::move(served));
  response.done = [log = log_, number](bool completed) { log->Done(number, completed); };
  if (response.status == 0) response.status = 200;
  return response;
}

std::string Server::Index() const {
  std::string text = fmt::format("A simulated city: {} vehicles, seed {}. It is {} there.\n\n",
                                 options_.city.vehicles, options_.city.seed,
                                 HttpDate(city_clock_.Now().ms / 1000));
  for (const auto& [prefix, feeds] : cities_) {
    for (const char* name : {"vehicle_positions", "trip_updates", "alerts"})
      text += fmt::format("{}/{}.pb   .json\n", prefix.empty() ? "" : "/" + prefix, name);
  }
  return text + "\n/served.json   /served.jsonl\n\n?fault=NAME, or a header X-Fault: NAME\n" +
         FaultHelp();
}

}  // namespace

Result<std::unique_ptr<CityServer>> CityServer::Start(CityServerOptions options, Clock& clock) {
  auto server = std::make_unique<Server>(std::move(options), clock);
  SLUICE_RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<CityServer>(std::move(server));
}

}  // namespace sluice::simulate
