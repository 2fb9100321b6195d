#include "lockdep/order/load.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lockdep/order/builtin.h"
#include "lockdep/order/kernel_comment.h"
#include "lockdep/order/read_file.h"

namespace lockdep::order {
namespace {

namespace fs = std::filesystem;

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsBuiltin(absl::string_view path) { return absl::StartsWith(path, kBuiltinPrefix); }

// What `include` names, as a path from where the program stands.
std::string ResolveInclude(const std::string& includer, const std::string& path) {
  if (IsBuiltin(path)) return path;
  if (IsBuiltin(includer)) {
    // Built-in orders stand side by side, as their files did.
    return absl::StrCat(kBuiltinPrefix, absl::StripSuffix(path, ".order"));
  }
  return (fs::path(includer).parent_path() / path).lexically_normal().string();
}

std::string BuiltinNames() {
  return absl::StrJoin(BuiltinRegistry(), ", ", [](std::string* out, const BuiltinOrder& order) {
    absl::StrAppend(out, order.name);
  });
}

absl::StatusOr<std::string> ReadBuiltin(absl::string_view name) {
  if (const BuiltinOrder* order = FindBuiltin(name)) return std::string(order->text);
  const std::string names = BuiltinNames();
  return absl::NotFoundError(absl::StrCat("there is no such built-in order; expected one of: ",
                                          names.empty() ? "(none is built in)" : names));
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  absl::string_view name = path;
  if (absl::ConsumePrefix(&name, kBuiltinPrefix)) return ReadBuiltin(name);
  absl::StatusOr<std::string> text = ReadFile(path);
  if (text.ok()) return text;
  return absl::InvalidArgumentError(
      absl::StrCat(text.status().message(),
                   "; expected an order file, a kernel tree or one of: ", BuiltinNames()));
}

class Loader {
 public:
  // After an error the loader is of no more use.
  absl::Status Add(const std::string& input);

  std::vector<OrderFile> Take() && { return std::move(files_); }

 private:
  absl::Status AddFile(const std::string& path);
  absl::Status AddIncludes(const OrderFile& file);
  absl::Status CheckInclude(const OrderFile& file, const Include& include,
                            const std::string& path) const;
  absl::Status AddKernelTree(const std::string& directory);
  bool IsLoaded(const std::string& path) const;

  std::vector<OrderFile> files_;
  std::vector<std::string> open_;  // Files whose includes are being read, outermost first.
};

absl::Status Loader::Add(const std::string& input) {
  if (FindBuiltin(input) != nullptr) return AddFile(absl::StrCat(kBuiltinPrefix, input));
  if (IsBuiltin(input)) return AddFile(input);
  if (IsDirectory(input)) return AddKernelTree(input);
  return AddFile(fs::path(input).lexically_normal().string());
}

bool Loader::IsLoaded(const std::string& path) const {
  return std::any_of(files_.begin(), files_.end(),
                     [&](const OrderFile& file) { return file.path == path; });
}

absl::Status Loader::AddFile(const std::string& path) {
  if (IsLoaded(path)) return absl::OkStatus();
  const absl::StatusOr<std::string> text = ReadText(path);
  if (!text.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", text.status().message()));
  }
  absl::StatusOr<OrderFile> file = ParseOrderFile(path, *text);
  if (!file.ok()) return file.status();
  open_.push_back(path);
  if (absl::Status status = AddIncludes(*file); !status.ok()) return status;
  open_.pop_back();
  files_.push_back(*std::move(file));
  return absl::OkStatus();
}

absl::Status Loader::AddIncludes(const OrderFile& file) {
  for (const Include& include : file.includes) {
    const std::string path = ResolveInclude(file.path, include.path);
    if (absl::Status status = CheckInclude(file, include, path); !status.ok()) return status;
    absl::Status status = AddFile(path);
    // What cannot be read at all is the fault of the line that asks for it.
    if (!status.ok() && absl::StartsWith(status.message(), absl::StrCat(path, ": "))) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.path, ":", include.line, ": include of ", status.message()));
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Loader::CheckInclude(const OrderFile& file, const Include& include,
                                  const std::string& path) const {
  const std::string place = absl::StrCat(file.path, ":", include.line, ": ");
  if (std::find(open_.begin(), open_.end(), path) != open_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, "files include each other in a circle: ", absl::StrJoin(open_, " -> "),
                     " -> ", path, "; expected no way back"));
  }
  if (open_.size() >= kMaxIncludeDepth) {
    return absl::InvalidArgumentError(absl::StrCat(
        place, "includes nest too deep; expected at most ", kMaxIncludeDepth, " levels"));
  }
  return absl::OkStatus();
}

absl::Status Loader::AddKernelTree(const std::string& directory) {
  absl::StatusOr<std::vector<OrderFile>> files = ReadKernelTree(directory);
  if (!files.ok()) return files.status();
  for (OrderFile& file : *files) {
    if (!IsLoaded(file.path)) files_.push_back(std::move(file));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<OrderFile>> LoadOrders(const std::vector<std::string>& inputs) {
  Loader loader;
  for (const std::string& input : inputs) {
    if (absl::Status status = loader.Add(input); !status.ok()) return status;
  }
  return std::move(loader).Take();
}

}  // namespace lockdep::order
