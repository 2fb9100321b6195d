// How the preload library gets into a program: where it is, and the list that
// carries it.

#ifndef LOCKDEP_CLI_PRELOAD_H_
#define LOCKDEP_CLI_PRELOAD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lockdep::cli {

// Absolute path of liblockdep_preload.so: $LOCKDEP_PRELOAD if set, else beside
// this program in the build tree, else where it was installed.
absl::StatusOr<std::string> FindPreloadLibrary();

// LD_PRELOAD with `library` first, but after any sanitizer runtime that `existing`
// lists, because those refuse to start behind another library.
std::string PreloadList(absl::string_view existing, const std::string& library);

}  // namespace lockdep::cli

#endif  // LOCKDEP_CLI_PRELOAD_H_
