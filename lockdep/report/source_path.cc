#include "lockdep/report/source_path.h"

#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace lockdep::report {
namespace {

// What may stand for itself in a path of a URI.  ':' could end a scheme.
bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~/+@", c);
}

std::string PercentEncoded(absl::string_view path) {
  std::string encoded;
  for (const char c : path) {
    if (IsPlain(c)) {
      encoded += c;
    } else {
      absl::StrAppend(&encoded, "%",
                      absl::AsciiStrToUpper(
                          absl::StrCat(absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2))));
    }
  }
  return encoded;
}

}  // namespace

std::string RelativeSource(absl::string_view file, absl::string_view root) {
  const std::string normal = std::filesystem::path(std::string(file)).lexically_normal().string();
  absl::string_view rest = normal;
  const bool is_below = !root.empty() && absl::ConsumePrefix(&rest, root) &&
                        absl::ConsumePrefix(&rest, "/") && !rest.empty();
  return is_below ? std::string(rest) : normal;
}

std::string SourceUri(absl::string_view file, absl::string_view root) {
  const std::string path = RelativeSource(file, root);
  return absl::StrCat(path.starts_with('/') ? "file://" : "", PercentEncoded(path));
}

}  // namespace lockdep::report
