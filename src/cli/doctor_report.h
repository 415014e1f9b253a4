// SPDX-License-Identifier: Apache-2.0
//
// The findings of `sluice doctor` as a person reads them, one screen, and as a program does.
#pragma once

#include <string>

#include "doctor/finding.h"

namespace sluice::cli {

struct DoctorReport {
  std::string subject;  // "config/config_dev.yaml, query vehicle_positions"
  doctor::Findings findings;
  double seconds = 0;
  int exit_code = 0;
};

struct DoctorStyle {
  int width = 0;  // columns to break lines at; 0: never
  bool color = false;
};

std::string DoctorText(const DoctorReport& report, const DoctorStyle& style);
// One JSON object: {"subject", "findings": [{"name", "severity", "seen", "remedy"}], "ok", "warn", "fail",
// "skipped", "seconds", "exit_code"}.
std::string DoctorJson(const DoctorReport& report);

}  // namespace sluice::cli
