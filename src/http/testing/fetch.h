// SPDX-License-Identifier: Apache-2.0
//
// Fetches that wait for their outcome, and servers in one line.
#pragma once

#include <memory>
#include <string>

#include "http/client.h"
#include "http/server.h"

namespace sluice::http::testing {

// Aborts if it cannot start.
std::unique_ptr<Client> StartClient(ClientOptions options = {});
std::unique_ptr<Server> StartServer(Server::Handler handler, ServerOptions options = {});
std::string UrlOf(const Server& server, const std::string& path = "/");
int PortOf(const Server& server);

// Waits; the limits of `request` count.
Outcome FetchNow(Client& client, Request request);
Outcome FetchNow(Client& client, const std::string& url);

// The Response, or one with status 0 whose body is the failure's text; the Failure, or one with the status
// as message.
Response ResponseOf(Outcome outcome);
Failure FailureOf(const Outcome& outcome);

// The bytes that come back on a connection of its own until the server closes it.
std::string Exchange(int port, const std::string& bytes);
// "GET /path HTTP/1.1" and the like, with Connection: close.
std::string Ask(int port, const std::string& method, const std::string& target,
                const std::string& headers = "");
// A connection, and what comes next on it ("" when it is closed or 5 s have passed).
int Connect(int port);
std::string Receive(int fd);

}  // namespace sluice::http::testing
