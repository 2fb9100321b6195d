// Runs a fuzzer's entry point over the files of its corpus, without libFuzzer.
//
// usage: NAME_replay DIRECTORY

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::vector<std::filesystem::path> FilesOf(const char* directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Returns whether the file could be read and is an input that the fuzzer can use.
bool Replay(const std::filesystem::path& path) {
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);  // It is the last line if the input crashes us.
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return false;
  // A copy of its own size, so that a read behind its end is seen.
  const std::vector<uint8_t> input(bytes.begin(), bytes.end());
  return LLVMFuzzerTestOneInput(input.data(), input.size()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::filesystem::path> files =
      argc == 2 ? FilesOf(argv[1]) : std::vector<std::filesystem::path>{};
  if (files.empty()) {
    std::fprintf(stderr, "usage: %s DIRECTORY, with at least one file in it\n", argv[0]);
    return 2;
  }
  for (const std::filesystem::path& file : files) {
    if (Replay(file)) continue;
    std::fprintf(stderr, "%s: cannot be read, or is no input of this fuzzer\n", file.c_str());
    return 1;
  }
  return 0;
}
