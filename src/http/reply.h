// SPDX-License-Identifier: Apache-2.0
//
// Between our requests and answers and those of libmicrohttpd.
#pragma once

#include <microhttpd.h>

#include <memory>
#include <string>

#include "http/server.h"
#include "http/target.h"

namespace sluice::http {

struct DestroyReply {
  void operator()(MHD_Response* reply) const { MHD_destroy_response(reply); }
};
using Reply = std::unique_ptr<MHD_Response, DestroyReply>;

ServerRequest ReadRequest(MHD_Connection* connection, std::string method, Target target);

int SocketOf(MHD_Connection* connection);

// A plain answer with its reason as body.
ServerResponse PlainAnswer(int status, std::string text);

// Takes the body out of `response`. A stream is read by `read(context, ...)`. Null if a header cannot be
// sent or memory is out.
Reply MakeReply(ServerResponse& response, MHD_ContentReaderCallback read, void* context);

}  // namespace sluice::http
