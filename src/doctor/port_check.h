// SPDX-License-Identifier: Apache-2.0
//
// The monitor's port: free, or answered by the job itself, whose state is then told.
#pragma once

#include <string>

#include "doctor/finding.h"
#include "doctor/monitored.h"
#include "doctor/web.h"

namespace sluice::doctor {

// kLocked: a Sluice whose pages ask for another token than ours.
enum class PortOwner { kFree, kOurs, kOtherSluice, kLocked, kForeign, kUnusable };

struct PortLook {
  PortOwner owner = PortOwner::kFree;
  std::string trouble;      // kUnusable: why nobody can listen there
  std::string other_query;  // kOtherSluice
  bool ready = false;       // kOurs
  std::string reason;       // kOurs: what /readyz says is not well
};

PortLook LookAtPort(const Monitored& monitored, Web& web);
// By the text of /metrics: is it that of the job or producer in question? `other`: whose it is else.
PortOwner OwnerOf(const std::string& metrics, const Monitored& monitored, std::string* other);
// "kafka: topic 'bus' is not there" out of the JSON of /readyz: the checks that are not well, each detail
// once. Any other text: itself, in one line.
std::string ReasonOf(const std::string& readyz);
Finding CheckPort(const PortLook& look, const Monitored& monitored);

// "0.0.0.0:4040" -> "127.0.0.1:4040": where a listener can be reached from here.
std::string ReachableAddress(const std::string& listen);

}  // namespace sluice::doctor
