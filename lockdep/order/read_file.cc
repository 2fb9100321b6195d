#include "lockdep/order/read_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/order/order_file.h"

namespace lockdep::order {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

absl::Status CannotRead(int error) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot read it: ", std::generic_category().message(error)));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return CannotRead(errno);
  std::string text;
  char buffer[1 << 16];
  while (const size_t count = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, count);
    if (text.size() > kMaxFileSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot read it: it has more than ", kMaxFileSize, " bytes"));
    }
  }
  if (std::ferror(file.get()) != 0) return CannotRead(errno);
  return text;
}

}  // namespace lockdep::order
