// Any file as a recording: it is read as far as it is good, what is read names
// nothing that is not there, its events can be replayed, and it can be merged and
// written again.
//
// Checksums are set right before, or nothing behind them would ever be reached; with an odd
// byte behind the version they stay as they are, so that damage is passed over.

#include <cstddef>
#include <cstdint>
#include <string>

#include "lockdep/record/event_replay.h"
#include "lockdep/record/format.h"
#include "lockdep/record/merge.h"
#include "lockdep/record/packed.h"
#include "lockdep/record/recording.h"
#include "lockdep/record/recording_writer.h"
#include "tests/fuzz/require.h"

namespace {

using namespace lockdep;
using namespace lockdep::record;

uint32_t NumberAt(const std::string& bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) {
    number |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

void Seal(std::string* bytes) {
  for (size_t at = kFileHeaderSize; at + kFrameSize <= bytes->size();) {
    const size_t size = NumberAt(*bytes, at);
    if (size > bytes->size() - at - kFrameSize) return;
    const auto* frame = reinterpret_cast<const unsigned char*>(bytes->data()) + at;
    const uint32_t checksum = RecordChecksum(frame, frame + kFrameSize, size);
    for (size_t i = 0; i < 4; ++i) {
      (*bytes)[at + kFrameChecksumOffset + i] = static_cast<char>(checksum >> (8 * i));
    }
    at += kFrameSize + size;
  }
}

void RequireStack(const Recording& recording, StackId id) {
  FUZZ_REQUIRE(id == StackId::kNone || recording.FindStack(id) != nullptr);
}

void RequireAddress(const Recording& recording, const Address& address) {
  FUZZ_REQUIRE(address.module == Address::kNoModule ||
               static_cast<size_t>(address.module) < recording.modules.size());
}

void RequireWhole(const Recording& recording) {
  const size_t runs = RunsOf(recording).size();
  for (const StackEntry& stack : recording.stacks) {
    for (const Address& pc : stack.pcs) RequireAddress(recording, pc);
  }
  for (const DependencyEntry& entry : recording.dependencies) {
    FUZZ_REQUIRE(recording.FindClass(entry.from) != nullptr);
    FUZZ_REQUIRE(recording.FindClass(entry.to) != nullptr);
    FUZZ_REQUIRE(entry.run < runs);
    RequireStack(recording, entry.from_stack);
    RequireStack(recording, entry.to_stack);
  }
  for (const ViolationEntry& violation : recording.violations) {
    FUZZ_REQUIRE(violation.run < runs);
    RequireStack(recording, violation.stack);
    RequireStack(recording, violation.lock.stack);
    RequireAddress(recording, violation.lock.address);
    for (const EdgeEntry& edge : violation.edges) {
      FUZZ_REQUIRE(recording.FindClass(edge.from) != nullptr);
      RequireStack(recording, edge.to_stack);
    }
  }
}

void RequirePackedIsTheSame(const Recording& recording, const std::string& bytes) {
  const absl::StatusOr<Recording> packed = ParseRecording("packed", PackRecording(bytes, 256));
  FUZZ_REQUIRE(packed.ok());
  RequireWhole(*packed);
  if (!recording.warnings.empty()) return;
  FUZZ_REQUIRE(packed->warnings.empty());
  FUZZ_REQUIRE(packed->classes.size() == recording.classes.size());
  FUZZ_REQUIRE(packed->stacks.size() == recording.stacks.size());
  FUZZ_REQUIRE(packed->dependencies.size() == recording.dependencies.size());
  FUZZ_REQUIRE(packed->violations.size() == recording.violations.size());
  FUZZ_REQUIRE(packed->events.size() == recording.events.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  constexpr size_t kSwitch = kMagicSize + 4;
  if (size <= kSwitch || (data[kSwitch] & 1) == 0) Seal(&bytes);
  const absl::StatusOr<Recording> recording = ParseRecording("fuzz", bytes);
  if (!recording.ok()) {
    const std::string message(recording.status().message());
    FUZZ_REQUIRE(message.starts_with("fuzz:") && message.find('\n') == message.npos);
    return 0;
  }
  RequireWhole(*recording);
  RequirePackedIsTheSame(*recording, bytes);
  Recording replayed = *recording;
  ReplayEvents(bytes, &replayed);
  RequireWhole(replayed);
  RecordingMerger merger;
  merger.Add(*recording);
  const std::string merged = EncodeMerged(merger.Merged());
  const absl::StatusOr<Recording> again = ParseRecording("merged", merged);
  FUZZ_REQUIRE(again.ok() && again->warnings.empty());
  RequireWhole(*again);
  FUZZ_REQUIRE(again->dependencies.size() <= recording->dependencies.size());
  return 0;
}
