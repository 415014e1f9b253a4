// SPDX-License-Identifier: Apache-2.0
//
// `sluice doctor CONFIG`: checks from this machine what a job or a producer needs, and says what to do.
#pragma once

#include <string>

#include "doctor/monitored.h"

namespace sluice::cli {

struct DoctorArguments {
  std::string config;
  doctor::MonitoringPlaces places;
  bool json = false;
};

// 0: well, perhaps with warnings; 1: something fails; 2: mistakes in the configuration, nothing else was
// checked.
int DoctorCommand(const DoctorArguments& arguments);

}  // namespace sluice::cli
