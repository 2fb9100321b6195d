#include "lockdep/cli/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lockdep::cli {
namespace {

// An open file and libelf's view of it.
class OpenElf {
 public:
  explicit OpenElf(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) return;
    elf_version(EV_CURRENT);
    elf_ = elf_begin(fd_, ELF_C_READ, nullptr);
  }
  OpenElf(const OpenElf&) = delete;
  OpenElf& operator=(const OpenElf&) = delete;
  ~OpenElf() {
    if (elf_ != nullptr) elf_end(elf_);
    if (fd_ >= 0) close(fd_);
  }

  bool is_open() const { return fd_ >= 0; }
  Elf* elf() const { return elf_; }

 private:
  int fd_;
  Elf* elf_ = nullptr;
};

absl::Status Damaged() {
  return absl::DataLossError("is a damaged ELF file: its program headers cannot be read");
}

std::string ReadInterpreter(Elf* elf, const GElf_Phdr& header) {
  size_t size = 0;
  const char* file = elf_rawfile(elf, &size);
  if (file == nullptr || header.p_offset >= size || header.p_filesz > size - header.p_offset) {
    return "";
  }
  const char* name = file + header.p_offset;
  return std::string(name, strnlen(name, header.p_filesz));
}

std::vector<std::string> ReadNeeded(Elf* elf) {
  std::vector<std::string> needed;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNAMIC) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Dyn entry;
    for (int i = 0; data != nullptr && gelf_getdyn(data, i, &entry) != nullptr; ++i) {
      if (entry.d_tag != DT_NEEDED) continue;
      const char* name = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
      if (name != nullptr) needed.emplace_back(name);
    }
  }
  return needed;
}

}  // namespace

absl::StatusOr<ElfFile> ReadElfFile(const std::string& path) {
  const OpenElf open_elf(path);
  if (!open_elf.is_open()) return absl::ErrnoToStatus(errno, path);
  GElf_Ehdr header;
  if (open_elf.elf() == nullptr || elf_kind(open_elf.elf()) != ELF_K_ELF ||
      gelf_getehdr(open_elf.elf(), &header) == nullptr) {
    return absl::InvalidArgumentError("not an ELF file");
  }
  size_t program_headers = 0;
  const bool counted = elf_getphdrnum(open_elf.elf(), &program_headers) == 0;
  // libelf counts only those that are in the file.
  if (!counted || (header.e_phnum != PN_XNUM && program_headers != header.e_phnum)) {
    return Damaged();
  }
  ElfFile file;
  file.word_class = header.e_ident[EI_CLASS];
  file.byte_order = header.e_ident[EI_DATA];
  file.machine = header.e_machine;
  for (size_t i = 0; i < program_headers; ++i) {
    GElf_Phdr program_header;
    if (gelf_getphdr(open_elf.elf(), static_cast<int>(i), &program_header) == nullptr) {
      return Damaged();
    }
    if (program_header.p_type == PT_INTERP) {
      file.interpreter = ReadInterpreter(open_elf.elf(), program_header);
    }
  }
  file.needed = ReadNeeded(open_elf.elf());
  return file;
}

bool SameArchitecture(const ElfFile& a, const ElfFile& b) {
  return a.word_class == b.word_class && a.byte_order == b.byte_order && a.machine == b.machine;
}

std::string ArchitectureName(const ElfFile& file) {
  struct Name {
    unsigned machine;
    const char* name;
  };
  static constexpr Name kNames[] = {
      {EM_386, "x86"},      {EM_X86_64, "x86-64"}, {EM_ARM, "ARM"},    {EM_AARCH64, "AArch64"},
      {EM_RISCV, "RISC-V"}, {EM_PPC64, "POWER"},   {EM_S390, "S/390"}, {EM_MIPS, "MIPS"},
  };
  std::string name = absl::StrCat("machine ", file.machine);
  for (const Name& known : kNames) {
    if (known.machine == file.machine) name = known.name;
  }
  return absl::StrCat(name, file.word_class == ELFCLASS64 ? " (64-bit)" : " (32-bit)");
}

}  // namespace lockdep::cli
