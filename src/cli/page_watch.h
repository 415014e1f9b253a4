// SPDX-License-Identifier: Apache-2.0
//
// Listens to a query and leaves for its page what that shows.
#pragma once

#include <string>

#include "core/clock.h"
#include "page/inbox.h"
#include "page/query_event.h"
#include "stream/query_listener.h"

namespace sluice::cli {

// Called by the query's threads; waits for nobody.
class PageWatch : public stream::QueryListener {
 public:
  PageWatch(page::Inbox<page::QueryEvent>& inbox, const Clock& clock)
      : inbox_(inbox), clock_(clock) {}

  void OnStarted(const std::string& query_id, const std::string& run_id) override;
  void OnState(stream::QueryState state, const Status& reason) override;
  void OnProgress(const stream::Progress& progress) override;
  void OnWarning(const stream::QueryWarning& warning) override;
  void OnTrouble(const stream::QueryTrouble& trouble) override;
  void OnCommitTry(const stream::CommitTry& tried) override;
  void OnTerminated(const Status& status) override;

 private:
  page::Inbox<page::QueryEvent>& inbox_;
  const Clock& clock_;
};

// What a page shows of a batch.
page::BatchDone BatchOf(const stream::Progress& progress);

}  // namespace sluice::cli
