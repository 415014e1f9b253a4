// SPDX-License-Identifier: Apache-2.0
//
// A feed behind an address: http, https or file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "http/client.h"
#include "produce/feed_source.h"
#include "produce/producer_options.h"

namespace sluice::produce {

// `options`, `client` and `clock` must outlive the source.
std::unique_ptr<FeedSource> MakeHttpSource(const FeedOptions& options, http::Client& client,
                                           const Clock& clock);

// What is asked for. Secrets stand where the client keeps them to the origin and out of its messages.
http::Request RequestFor(const FeedOptions& options, const Validators& validators);

// The address with the parameters of `query`, percent-encoded.
std::string UrlWithQuery(const std::string& url, const std::vector<NamedValue>& query);

// `text` without the feed's keys, should a server have said them back.
std::string WithoutKeys(std::string text, const FeedOptions& options);

}  // namespace sluice::produce
