// SPDX-License-Identifier: Apache-2.0
//
// What is to be watched, and where those who watch it are.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sluice::monitoring {

// A program that Prometheus scrapes.
struct Target {
  std::string address;  // host:port
  std::string topic;    // what alerts call its topic
  // File with the bearer token that it asks for; empty: it asks for none. A relative one lies in the
  // plan's directory, and whoever starts Prometheus puts it there.
  std::string token_file;
};

struct JobPlan {
  Target target;
  std::string query;
  std::chrono::milliseconds trigger{0};  // 0: back to back
};

struct ProducerPlan {
  Target target;
  std::chrono::milliseconds interval{0};      // the longest of its feeds
  std::chrono::milliseconds frozen_after{0};  // the longest of its feeds; 0: never
};

// Addresses as people open them, without a slash at the end.
struct Addresses {
  std::string prometheus = "http://127.0.0.1:9090";
  std::string alertmanager = "http://127.0.0.1:9093";
  std::string grafana = "http://127.0.0.1:3000";
  std::string runbooks;  // of the pages <Alert>.md; empty: not known
};

// Where Prometheus and Alertmanager listen: at the port of their address if that is of this machine's own, as
// http://127.0.0.1:19090, else at the usual one.
std::string PrometheusListens(const Addresses& at);
std::string AlertmanagerListens(const Addresses& at);

struct Plan {
  std::vector<JobPlan> jobs;
  std::vector<ProducerPlan> producers;
  Addresses addresses;
  std::string directory;  // absolute path of what is written
};

}  // namespace sluice::monitoring
