// The last part of a path, as it is said in words.

#ifndef LOCKDEP_RECORD_BASE_NAME_H_
#define LOCKDEP_RECORD_BASE_NAME_H_

#include <string>
#include <string_view>

namespace lockdep::record {

// "libfoo.so" of "/usr/lib/libfoo.so"; a path without a slash as it is.  Unlike
// std::filesystem's, made for names that come from a file and may be any bytes.
inline std::string BaseName(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace lockdep::record

#endif  // LOCKDEP_RECORD_BASE_NAME_H_
