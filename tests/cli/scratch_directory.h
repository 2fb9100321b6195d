// A directory for the files of one test, gone with the object.

#ifndef LOCKDEP_TESTS_CLI_SCRATCH_DIRECTORY_H_
#define LOCKDEP_TESTS_CLI_SCRATCH_DIRECTORY_H_

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace lockdep::cli {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "lockdep-test.XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file; returns its path.
  std::string Write(const std::string& name, const std::string& contents,
                    mode_t mode = 0644) const {
    std::ofstream(Path(name), std::ios::binary) << contents;
    chmod(Path(name).c_str(), mode);
    return Path(name);
  }

  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string path_;
};

}  // namespace lockdep::cli

#endif  // LOCKDEP_TESTS_CLI_SCRATCH_DIRECTORY_H_
