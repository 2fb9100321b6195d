// How long `lockdep merge` takes over many recordings of a program of middle
// size, and how much memory.
// usage: merge_benchmark [RECORDINGS]     (default 10,000)
//
// The made-up program has 400 lock classes, 2,000 dependencies and 3,000 stacks of
// 12 frames; each run shows most of them, at addresses of its own.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "lockdep/record/merge_files.h"
#include "lockdep/record/recording_writer.h"
#include "tests/record/record_bytes.h"

namespace {

using namespace lockdep::record;

constexpr uint32_t kClasses = 400;
constexpr uint32_t kDependencies = 2000;
constexpr uint32_t kStacks = 3000;
constexpr uint32_t kFrames = 12;

// The same program each time; `run` is what differs.
std::string RecordingOfRun(uint32_t run) {
  std::mt19937 program(1), choice(run);
  const uint64_t base = (uint64_t{run % 4096} + 1) << 28;
  std::string bytes = FileHeader() + HeaderRecord("bench " + std::to_string(run)) +
                      ModuleRecord(base, base + (1 << 24), "/usr/bin/bench");
  for (uint32_t id = 1; id <= 8; ++id) bytes += ThreadRecord(id, "worker");
  for (uint32_t id = 1; id <= kStacks; ++id) {
    std::string payload = U32(id) + U32(kFrames);
    for (uint32_t i = 0; i < kFrames; ++i) payload += U64(base + program() % (1 << 20));
    bytes += RecordBytes(RecordType::kStack, payload);
  }
  for (uint32_t id = 1; id <= kClasses; ++id) {
    bytes += RecordBytes(RecordType::kClass, U32(id) + U8(0) + U8(1) + U8(1) + U64(id) +
                                                 U64(base + (1 << 21) + id * 64) +
                                                 U64(base + (1 << 21) + id * 64) + Text(""));
  }
  for (uint32_t i = 0; i < kDependencies; ++i) {
    const uint32_t from = 1 + program() % (kClasses - 1);
    const uint32_t to = from + 1 + program() % (kClasses - from);
    const uint32_t stack = 1 + program() % kStacks;
    if (choice() % 8 == 0) continue;
    bytes += RecordBytes(RecordType::kDependency, U32(from) + U32(to) + U8(3) + U8(0) + U8(0) +
                                                      U32(1 + choice() % 8) + U64(0x10) +
                                                      U64(0x20) + U32(stack) + U32(stack));
  }
  return bytes + RecordBytes(RecordType::kTotals, U64(100000) + U64(kClasses) + U64(5000)) +
         RecordBytes(RecordType::kEnd, U64(run));
}

double Seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

int Run(uint32_t count) {
  std::string directory = std::filesystem::temp_directory_path() / "lockdep-merge.XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return 1;
  uint64_t total = 0;
  for (uint32_t run = 0; run < count; ++run) {
    const std::string bytes = RecordingOfRun(run);
    total += bytes.size();
    std::ofstream(directory + "/" + std::to_string(run), std::ios::binary) << bytes;
  }
  const auto files = ListInputFiles({directory});
  const auto start = std::chrono::steady_clock::now();
  const auto merged = MergeFiles(*files, std::thread::hardware_concurrency(), [](size_t) {});
  const std::string bytes = EncodeMerged(merged->recording);
  const double seconds = Seconds(std::chrono::steady_clock::now() - start);
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%u recordings, %.0f MB: %.1f s, %.2f ms each; result %zu kB, at most %ld MB\n",
              count, static_cast<double>(total) / 1e6, seconds, seconds * 1000 / count,
              bytes.size() / 1000, usage.ru_maxrss / 1024);
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return Run(argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 10'000);
}
