// The file behind an address, as the kernel knows it: absolute, where the
// loader may only know what it was told ("./plugin.so").
//
// System calls only: no malloc, no lock.  Cost: reads /proc/thread-self/maps up
// to the address.

#ifndef LOCKDEP_RECORD_MAPPED_PATH_H_
#define LOCKDEP_RECORD_MAPPED_PATH_H_

#include <cstdint>
#include <span>

namespace lockdep::record {

// Writes the terminated path; returns false if there is none or it does not fit.
bool FindMappedPath(uintptr_t address, std::span<char> path);

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_MAPPED_PATH_H_
