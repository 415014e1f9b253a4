// SPDX-License-Identifier: Apache-2.0
//
// What an idle query gives back to the system.
#pragma once

namespace sluice::stream {

// Free memory of the heap: what the last batch used.
void TrimHeap();

// The pages of the program's and its libraries' code and constants, most of which only the start or a
// batch needs. They stay in the page cache, so what is used again comes back without reading a disk.
void ReleaseCode();

}  // namespace sluice::stream
