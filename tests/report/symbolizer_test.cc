#include "lockdep/report/symbolizer.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "lockdep/record/recorder.h"
#include "lockdep/record/recording.h"
#include "tests/record/temporary_directory.h"
#include "tests/report/symbolizer_subject.h"

namespace lockdep::report {
namespace {

using record::Address;
using record::Recording;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// A recording of this process that knows the modules of these addresses.
Recording RecordingWith(const std::vector<uintptr_t>& addresses) {
  const TemporaryDirectory directory;
  record::Recorder recorder;
  EXPECT_EQ(recorder.Open((directory / "r").c_str(), "c"), 0);
  recorder.OnStack(StackId{1}, addresses);
  recorder.Close();
  absl::StatusOr<Recording> recording = record::ReadRecording(directory / "r");
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? *std::move(recording) : Recording();
}

Address First(const Recording& recording) { return recording.stacks[0].pcs[0]; }

uintptr_t AddressOf(const void* object) { return reinterpret_cast<uintptr_t>(object); }

TEST(SymbolizerTest, ACallInInlinedFunctionsBecomesOneFrameForEach) {
  const subject::CallPlace place = subject::OuterFunction(1);
  const Recording recording = RecordingWith({place.return_address});
  Symbolizer symbolizer;

  const Stack stack = symbolizer.Call(recording, First(recording));

  ASSERT_EQ(stack.size(), 3u);
  EXPECT_THAT(stack[0].function, HasSubstr("subject::(anonymous namespace)::InnerFunction"));
  EXPECT_THAT(stack[1].function, HasSubstr("subject::(anonymous namespace)::MiddleFunction"));
  EXPECT_EQ(stack[2].function, "subject::OuterFunction(int)");
  EXPECT_EQ(stack[0].line, place.inner_line);
  EXPECT_EQ(stack[1].line, place.middle_line);
  EXPECT_EQ(stack[2].line, place.outer_line);
  for (const Frame& frame : stack) {
    EXPECT_THAT(frame.file, EndsWith("tests/report/symbolizer_subject.cc"));
    EXPECT_EQ(frame.module, std::filesystem::read_symlink("/proc/self/exe").string());
    EXPECT_EQ(frame.offset, stack[0].offset);
  }
  EXPECT_THAT(symbolizer.warnings(), IsEmpty());
}

TEST(SymbolizerTest, ALibraryWithoutDebugInformationStillHasItsSymbols) {
  const auto address = AddressOf(dlsym(RTLD_DEFAULT, "dwfl_begin"));
  ASSERT_NE(address, 0u);
  const Recording recording = RecordingWith({address + 8});
  Symbolizer symbolizer;

  const Stack stack = symbolizer.Call(recording, First(recording));

  ASSERT_FALSE(stack.empty());
  EXPECT_EQ(stack.back().function, "dwfl_begin");
  EXPECT_THAT(stack.back().module, HasSubstr("libdw"));
}

TEST(SymbolizerTest, StaticObjectsHaveTheirNamesAndOffsets) {
  const auto ledger = AddressOf(&subject::g_ledger);
  const auto hidden = AddressOf(&subject::HiddenLedger());
  const Recording recording = RecordingWith({ledger, ledger + 16, hidden});
  const std::vector<Address>& pcs = recording.stacks[0].pcs;
  Symbolizer symbolizer;

  EXPECT_EQ(symbolizer.Object(recording, pcs[0]), "subject::g_ledger");
  EXPECT_EQ(symbolizer.Object(recording, pcs[1]), "subject::g_ledger+16");
  EXPECT_EQ(symbolizer.Object(recording, pcs[2]), "subject::(anonymous namespace)::hidden_ledger");
  EXPECT_EQ(symbolizer.Object(recording, {0x10, Address::kNoModule}), "");
}

TEST(SymbolizerTest, CodeOutsideOfAnyModuleKeepsItsAddress) {
  const Recording recording = RecordingWith({0x1234});
  Symbolizer symbolizer;

  const Stack stack = symbolizer.Call(recording, First(recording));

  ASSERT_EQ(stack.size(), 1u);
  EXPECT_EQ(stack[0], (Frame{.offset = 0x1233}));
}

TEST(SymbolizerTest, AFileThatHasChangedGivesNoNamesAndOneWarning) {
  const subject::CallPlace place = subject::OuterFunction(1);
  Recording recording = RecordingWith({place.return_address, place.return_address + 1});
  recording.modules[0].build_id[0] = static_cast<char>(recording.modules[0].build_id[0] ^ 1);
  Symbolizer symbolizer;

  for (const Address& pc : recording.stacks[0].pcs) {
    const Stack stack = symbolizer.Call(recording, pc);
    ASSERT_EQ(stack.size(), 1u);
    EXPECT_EQ(stack[0].function, "");
    EXPECT_EQ(stack[0].module, recording.modules[0].path);
    EXPECT_EQ(stack[0].offset, pc.value - recording.modules[0].bias - 1);
  }

  EXPECT_THAT(symbolizer.warnings(), ElementsAre(HasSubstr("the file has changed since")));
  EXPECT_THAT(symbolizer.warnings()[0], StartsWith(recording.modules[0].path));
}

TEST(SymbolizerTest, AFileThatIsGoneGivesNoNamesAndOneWarning) {
  Recording recording = RecordingWith({subject::OuterFunction(1).return_address});
  recording.modules[0].path = "/nonexistent/libgone.so";
  Symbolizer symbolizer;

  EXPECT_EQ(symbolizer.Call(recording, First(recording))[0].function, "");
  EXPECT_EQ(symbolizer.Object(recording, First(recording)), "");

  EXPECT_THAT(symbolizer.warnings(),
              ElementsAre(HasSubstr("/nonexistent/libgone.so: No such file or directory")));
}

TEST(SymbolizerTest, AFileThatIsNoElfGivesNoNames) {
  const TemporaryDirectory directory;
  WriteBytes(directory / "text", "this is text, and more than an ELF header's worth of it is here");
  Recording recording = RecordingWith({subject::OuterFunction(1).return_address});
  recording.modules[0].path = directory / "text";
  Symbolizer symbolizer;

  EXPECT_EQ(symbolizer.Call(recording, First(recording))[0].function, "");
  EXPECT_EQ(symbolizer.warnings().size(), 1u);
}

TEST(SymbolizerTest, TheVdsoIsNoFileAndNoReasonForAWarning) {
  Recording recording = RecordingWith({subject::OuterFunction(1).return_address});
  recording.modules[0].path = "linux-vdso.so.1";
  Symbolizer symbolizer;

  EXPECT_EQ(symbolizer.Call(recording, First(recording))[0].module, "linux-vdso.so.1");
  EXPECT_THAT(symbolizer.warnings(), IsEmpty());
}

// An executable that is loaded where it says, not where there is room.
TEST(SymbolizerTest, APositionDependentExecutableHasNamesToo) {
  record::Recording recording;
  recording.modules.push_back(
      {.begin = 0x400000, .end = 0x500000, .bias = 0, .path = NON_PIE_PATH});
  const std::string address = ReadBytes(NON_PIE_PATH ".address");
  recording.stacks.push_back({StackId{1}, {{std::stoull(address, nullptr, 16) + 1, 0}}});
  Symbolizer symbolizer;

  const Stack stack = symbolizer.Call(recording, First(recording));

  ASSERT_EQ(stack.size(), 1u) << testing::PrintToString(symbolizer.warnings());
  EXPECT_EQ(stack[0].function, "main");
  EXPECT_THAT(stack[0].file, EndsWith("non_pie.cc"));
}

}  // namespace
}  // namespace lockdep::report
