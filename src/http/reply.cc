// SPDX-License-Identifier: Apache-2.0
#include "http/reply.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/ascii.h"
#include "http/header_text.h"

namespace sluice::http {

namespace {

constexpr size_t kStreamPiece = 32 << 10;

using SharedText = std::shared_ptr<const std::string>;

MHD_Result AddHeader(void* request, MHD_ValueKind, const char* name, size_t name_size,
                     const char* value, size_t value_size) {
  std::string text = value ? std::string(value, value_size) : std::string();
  static_cast<ServerRequest*>(request)->headers.push_back(
      {ToLower({name, name_size}), std::move(text)});
  return MHD_YES;
}

std::string AddressOf(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (!info || !info->client_addr) return {};
  const socklen_t size =
      info->client_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  char host[NI_MAXHOST];
  const int error =
      getnameinfo(info->client_addr, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return error == 0 ? host : "";
}

const std::string* Find(const std::vector<Header>& list, std::string_view name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Header& item) { return item.name == name; });
  return found == list.end() ? nullptr : &found->value;
}

bool Names(const std::vector<Header>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const Header& header) { return EqualIgnoringCase(header.name, name); });
}

void FreeText(void* text) { delete static_cast<SharedText*>(text); }

Reply MakeWholeReply(SharedText text) {
  auto* const owner = new SharedText(std::move(text));
  char* const data = const_cast<char*>((*owner)->data());
  Reply reply(MHD_create_response_from_buffer_with_free_callback_cls((*owner)->size(), data,
                                                                     &FreeText, owner));
  if (!reply) FreeText(owner);
  return reply;
}

bool Add(MHD_Response* reply, const std::string& name, const std::string& value) {
  return MHD_add_response_header(reply, name.c_str(), value.c_str()) == MHD_YES;
}

bool AddHeaders(MHD_Response* reply, const ServerResponse& response) {
  if (!response.content_type.empty() && !Add(reply, "Content-Type", response.content_type))
    return false;
  for (const Header& header : response.headers)
    if (!Add(reply, header.name, header.value)) return false;
  if (!Names(response.headers, "Cache-Control") && !Add(reply, "Cache-Control", "no-store"))
    return false;
  return Names(response.headers, "X-Content-Type-Options") ||
         Add(reply, "X-Content-Type-Options", "nosniff");
}

}  // namespace

const std::string* ServerRequest::FindQuery(std::string_view name) const {
  return Find(query, name);
}

const std::string* ServerRequest::FindHeader(std::string_view name) const {
  return Find(headers, name);
}

ServerRequest ReadRequest(MHD_Connection* connection, std::string method, Target target) {
  ServerRequest request;
  request.method = std::move(method);
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &AddHeader, &request);
  request.client_address = AddressOf(connection);
  return request;
}

int SocketOf(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

ServerResponse PlainAnswer(int status, std::string text) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

Reply MakeReply(ServerResponse& response, MHD_ContentReaderCallback read, void* context) {
  Reply reply;
  if (response.stream) {
    reply.reset(MHD_create_response_from_callback(response.stream_length.value_or(MHD_SIZE_UNKNOWN),
                                                  kStreamPiece, read, context, nullptr));
  } else {
    SharedText text = response.shared_body
                          ? std::move(response.shared_body)
                          : std::make_shared<const std::string>(std::move(response.body));
    reply = MakeWholeReply(std::move(text));
  }
  if (reply && !AddHeaders(reply.get(), response)) reply.reset();
  return reply;
}

}  // namespace sluice::http
