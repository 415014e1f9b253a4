// SPDX-License-Identifier: Apache-2.0
#include "stream/idle_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace sluice::stream {

namespace {

// Segments that are never written hold no page that is not in their file as well. Relocated constants
// are in writable segments.
int ReleaseSegments(dl_phdr_info* library, size_t /*size*/, void* /*unused*/) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = (library->dlpi_addr + segment.p_vaddr) / page * page;
    const uintptr_t end = library->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives addresses as numbers
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void TrimHeap() { malloc_trim(0); }

void ReleaseCode() { dl_iterate_phdr(ReleaseSegments, nullptr); }

}  // namespace sluice::stream
