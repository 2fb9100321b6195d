// What the dynamic linker would see in an executable file.
//
// Reads headers only and trusts none of them; a damaged file is an error.

#ifndef LOCKDEP_CLI_ELF_FILE_H_
#define LOCKDEP_CLI_ELF_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lockdep::cli {

struct ElfFile {
  unsigned char word_class = 0;     // ELFCLASS32, ELFCLASS64.
  unsigned char byte_order = 0;     // ELFDATA2LSB, ELFDATA2MSB.
  unsigned machine = 0;             // EM_X86_64, ...
  std::string interpreter;          // The dynamic linker; empty if the file names none.
  std::vector<std::string> needed;  // Libraries it is linked to.
};

// InvalidArgument: "not an ELF file".  DataLoss: how it is damaged.
absl::StatusOr<ElfFile> ReadElfFile(const std::string& path);

// Whether code of both can live in one process.
bool SameArchitecture(const ElfFile& a, const ElfFile& b);

// "x86-64 (64-bit)", or the number of an architecture without a name here.
std::string ArchitectureName(const ElfFile& file);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_ELF_FILE_H_
