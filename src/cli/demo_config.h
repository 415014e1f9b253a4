// SPDX-License-Identifier: Apache-2.0
//
// config/config_demo.yaml, word for word (a test compares them), so that `sluice demo` runs anywhere.
#pragma once

namespace sluice::cli {

extern const char kDemoConfig[];

}  // namespace sluice::cli
