// SPDX-License-Identifier: Apache-2.0
//
// The live page of a job: told by the query, the log and the metrics, shown by the monitor's server.
//
//   JobPage page(job, output, SystemClock());
//   ... Query::Make(..., page.listener()) ...
//   page.Start();
//   StartMonitorServer(..., page.site());
//   page.Finish();
#pragma once

#include <cstdint>

#include "cli/job_output.h"
#include "cli/page_watch.h"
#include "config/job_config.h"
#include "core/clock.h"
#include "monitor/page_server.h"
#include "page/inbox.h"
#include "page/live_page.h"
#include "page/query_event.h"
#include "page/site.h"

namespace sluice::cli {

class JobPage {
 public:
  // `output` must outlive the page.
  JobPage(const config::JobConfig& job, JobOutput& output, Clock& clock);

  stream::QueryListener& listener() { return watch_; }
  void Start();
  // For the server, which the page must outlive.
  monitor::Site site();
  // Shows the end to those who still look.
  void Finish() { live_.Finish(); }

 private:
  void Look(int64_t now_ms);

  JobOutput& output_;
  Clock& clock_;
  page::Inbox<page::QueryEvent> inbox_;
  PageWatch watch_;
  page::LivePage live_;
  page::Site site_;
};

}  // namespace sluice::cli
