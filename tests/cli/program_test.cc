#include "lockdep/cli/program.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "tests/cli/scratch_directory.h"

namespace lockdep::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// An executable of nothing but headers.
std::string ElfBytes(uint16_t machine, const std::string& interpreter) {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = machine;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = interpreter.empty() ? 0 : 1;
  Elf64_Phdr program = {};
  program.p_type = PT_INTERP;
  program.p_offset = sizeof header + sizeof program;
  program.p_filesz = interpreter.size() + 1;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(reinterpret_cast<const char*>(&program), sizeof program);
  return bytes + interpreter + '\0';
}

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() : own_(*ReadElfFile("/proc/self/exe")) {}
  ~ProgramTest() override { setenv("PATH", path_.c_str(), 1); }

  uint16_t OwnMachine() const { return static_cast<uint16_t>(own_.machine); }
  uint16_t OtherMachine() const { return own_.machine == EM_S390 ? EM_X86_64 : EM_S390; }

  absl::StatusOr<Program> Find(const std::string& name) const { return FindProgram(name, own_); }

  std::string MessageFor(const std::string& name) const {
    return std::string(Find(name).status().message());
  }

  const ElfFile own_;
  const std::string path_ = std::getenv("PATH");
  ScratchDirectory scratch_;
};

TEST_F(ProgramTest, ADynamicProgramOfThisMachineIsAccepted) {
  const auto program = Find("/proc/self/exe");

  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_FALSE(program->elf.interpreter.empty());
  EXPECT_FALSE(program->elf.needed.empty());
}

TEST_F(ProgramTest, AStaticProgramIsRefusedWithTheReason) {
  const auto path = scratch_.Write("static", ElfBytes(OwnMachine(), ""), 0755);

  EXPECT_EQ(Find(path).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(MessageFor(path), AllOf(HasSubstr(path), HasSubstr("statically linked")));
}

TEST_F(ProgramTest, AProgramOfAnotherArchitectureIsRefusedNamingBoth) {
  const auto path = scratch_.Write("alien", ElfBytes(OtherMachine(), "/lib/ld.so"), 0755);

  EXPECT_EQ(Find(path).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(MessageFor(path), HasSubstr(ArchitectureName(own_)));
}

TEST_F(ProgramTest, AProgramLinkedToMuslIsRefused) {
  const auto path =
      scratch_.Write("musl", ElfBytes(OwnMachine(), "/lib/ld-musl-x86_64.so.1"), 0755);

  EXPECT_THAT(MessageFor(path), HasSubstr("musl"));
}

TEST_F(ProgramTest, ADamagedHeaderIsRefusedAndNothingIsReadBeyondIt) {
  const std::string whole = ElfBytes(OwnMachine(), "/lib/ld-linux.so.2");
  for (size_t size = 0; size < sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr); ++size) {
    const auto path = scratch_.Write("cut", whole.substr(0, size), 0755);
    EXPECT_FALSE(Find(path).ok()) << size << " bytes";
    const bool has_header = size >= sizeof(Elf64_Ehdr);
    EXPECT_THAT(MessageFor(path), HasSubstr(has_header ? "damaged ELF file" : "not an ELF file"))
        << size << " bytes";
  }
}

TEST_F(ProgramTest, AFileThatIsNoProgramIsRefused) {
  const auto path = scratch_.Write("notes.txt", "echo hello\n", 0755);

  EXPECT_THAT(MessageFor(path), AllOf(HasSubstr("not an ELF file"), HasSubstr("run -- sh")));
}

TEST_F(ProgramTest, OfAScriptTheInterpreterIsChecked) {
  const auto good = scratch_.Write("good", "#! /bin/sh -e\nexit 0\n", 0755);
  const auto interpreter = scratch_.Write("static", ElfBytes(OwnMachine(), ""), 0755);
  const auto bad = scratch_.Write("bad", "#!" + interpreter + "\n", 0755);
  const auto nested = scratch_.Write("nested", "#!" + bad + " -x\n", 0755);

  ASSERT_TRUE(Find(good).ok()) << Find(good).status();
  EXPECT_EQ(Find(good)->path, good);
  EXPECT_EQ(Find(good)->executable, "/bin/sh");
  EXPECT_THAT(MessageFor(bad), HasSubstr("statically linked"));
  EXPECT_THAT(MessageFor(nested), HasSubstr("statically linked"));
}

TEST_F(ProgramTest, AScriptWhoseInterpreterIsMissingNamesBoth) {
  const auto path = scratch_.Write("script", "#!/nonexistent/python\n", 0755);

  EXPECT_TRUE(absl::IsNotFound(Find(path).status()));
  EXPECT_THAT(MessageFor(path), AllOf(HasSubstr(path), HasSubstr("/nonexistent/python")));
}

TEST_F(ProgramTest, AScriptThatIsItsOwnInterpreterEnds) {
  const auto path = scratch_.Path("snake");
  scratch_.Write("snake", "#!" + path + "\n", 0755);

  EXPECT_EQ(Find(path).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ProgramTest, WhatIsNotThereIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(Find("/nonexistent/program").status()));
  EXPECT_TRUE(absl::IsNotFound(Find("no-such-program-anywhere").status()));
  EXPECT_TRUE(absl::IsNotFound(Find("").status()));
}

TEST_F(ProgramTest, WhatCannotBeExecutedIsPermissionDenied) {
  EXPECT_TRUE(absl::IsPermissionDenied(Find(scratch_.Write("plain", "text", 0644)).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(Find("/tmp/").status()));
}

TEST_F(ProgramTest, ThePathIsSearchedInOrderAndAnEmptyPartIsHere) {
  const auto second = scratch_.Write("tool", "#!/bin/sh\n", 0755);
  setenv("PATH", ("/nonexistent:" + scratch_.Path("") + ":/bin").c_str(), 1);

  ASSERT_TRUE(FindOnPath("tool").ok());
  EXPECT_TRUE(std::filesystem::equivalent(*FindOnPath("tool"), second));

  setenv("PATH", "", 1);
  EXPECT_TRUE(absl::IsNotFound(FindOnPath("tool").status()));
}

TEST_F(ProgramTest, AFileOnThePathThatCannotBeExecutedDoesNotHideALaterOne) {
  std::filesystem::create_directory(scratch_.Path("a"));
  std::filesystem::create_directory(scratch_.Path("b"));
  scratch_.Write("a/tool", "text", 0644);
  setenv("PATH", (scratch_.Path("a") + ":" + scratch_.Path("b")).c_str(), 1);
  EXPECT_TRUE(absl::IsPermissionDenied(FindOnPath("tool").status()));

  scratch_.Write("b/tool", "#!/bin/sh\n", 0755);
  EXPECT_EQ(*FindOnPath("tool"), scratch_.Path("b") + "/tool");
}

}  // namespace
}  // namespace lockdep::cli
