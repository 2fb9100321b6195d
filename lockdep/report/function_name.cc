#include "lockdep/report/function_name.h"

#include <cxxabi.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>
#include <memory>

#include "absl/strings/str_replace.h"

namespace lockdep::report {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)::";
constexpr std::string_view kOperator = "operator";

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Takes the last, shortened part of a function's name from its front.
class Shortener {
 public:
  explicit Shortener(std::string_view function) : rest_(function) {}

  std::string Run() {
    while (!rest_.empty() && Step()) {
    }
    return std::move(out_);
  }

 private:
  // Returns false at the end of the name.
  bool Step() {
    if (rest_.starts_with(kAnonymous)) {
      rest_.remove_prefix(kAnonymous.size());
      return true;
    }
    if (AtOperator()) return CopyOperator();
    switch (rest_[0]) {
      case '<':
        rest_.remove_prefix(Matching('<', '>'));
        out_ += "<...>";
        return true;
      case '{':
        return ShortenBraces();
      case '[':
        rest_.remove_prefix(Matching('[', ']'));
        return true;
      case '(':
        return PassParameters();
      case ' ':
        // What came before was the return type.
        out_.clear();
        rest_.remove_prefix(1);
        return true;
      default:
        return Copy(1);
    }
  }

  bool Copy(size_t size) {
    out_.append(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }

  bool AtOperator() const {
    if (!rest_.starts_with(kOperator)) return false;
    const bool starts_word = out_.empty() || !IsWordCharacter(out_.back());
    return starts_word &&
           (rest_.size() == kOperator.size() || !IsWordCharacter(rest_[kOperator.size()]));
  }

  bool CopyOperator() {
    Copy(kOperator.size());
    if (rest_.starts_with("()")) return Copy(2);
    size_t size = 0;
    if (rest_.starts_with(" ")) {  // "operator new", "operator bool".
      while (size < rest_.size() && rest_[size] != '(') ++size;
    } else {
      while (size < rest_.size() && std::ispunct(static_cast<unsigned char>(rest_[size])) != 0 &&
             rest_[size] != '(' && rest_[size] != '_') {
        ++size;
      }
    }
    return Copy(size);
  }

  // "{lambda(int)#1}" becomes "{lambda#1}".
  bool ShortenBraces() {
    const std::string_view braces = rest_.substr(0, Matching('{', '}'));
    rest_.remove_prefix(braces.size());
    const size_t open = braces.find('(');
    const size_t close = braces.rfind(')');
    if (open == braces.npos || close == braces.npos || close < open) {
      out_.append(braces);
    } else {
      out_.append(braces.substr(0, open)).append(braces.substr(close + 1));
    }
    return true;
  }

  // Parameters end the name, unless it goes on inside the function.
  bool PassParameters() {
    rest_.remove_prefix(Matching('(', ')'));
    std::string_view after = rest_;
    if (after.starts_with(" const")) after.remove_prefix(6);
    if (!after.starts_with("::")) return false;
    rest_ = after;
    out_ += "()";
    return true;
  }

  // The length up to and with the bracket that closes the first one.
  size_t Matching(char open, char close) const {
    int depth = 0;
    for (size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == open) ++depth;
      const bool is_arrow = close == '>' && i > 0 && rest_[i - 1] == '-';
      if (rest_[i] == close && !is_arrow && --depth == 0) return i + 1;
    }
    return rest_.size();
  }

  std::string_view rest_;
  std::string out_;
};

// Prefixes of short names; a class is written with its "::" or its "<".
constexpr std::string_view kWrappers[] = {
    "pthread_",
    "__pthread_",
    "___pthread_",
    "__gthread_",
    "__gthrw_",
    "__libcpp_",
    "mtx_",
    "cnd_",
    "__cxa_guard_acquire",
    "lockdep_annotate_",
    "lockdep_before_lock",
    "lockdep_before_unlock",
    "lockdep_created",
    "lockdep_taken",
    "std::thread::join",
    "std::thread::_M_start_thread",
    "std::thread::thread",
    "std::jthread::",
    "std::mutex::",
    "std::timed_mutex::",
    "std::recursive_mutex::",
    "std::recursive_timed_mutex::",
    "std::shared_mutex::",
    "std::shared_timed_mutex::",
    "std::__shared_mutex_pthread::",
    "std::__shared_timed_mutex_base::",
    "std::__shared_mutex_base::",
    "std::__recursive_mutex_base::",
    "std::__timed_mutex_impl<",
    "std::__mutex_base::",
    "std::__glibcxx_rwlock_",
    "std::__detail::__lock_impl",
    "std::__detail::__try_lock_impl",
    "std::__lock_impl",
    "std::__try_lock_impl",
    "std::__try_to_lock",
    "std::lock<",
    "std::try_lock<",
    "std::lock_guard<",
    "std::unique_lock<",
    "std::scoped_lock<",
    "std::shared_lock<",
    "std::condition_variable::",
    "std::_V2::condition_variable_any::",
    "std::condition_variable_any::",
    "std::call_once",
    "std::once_flag::",
    "boost::mutex::",
    "boost::shared_mutex::",
    "boost::recursive_mutex::",
    "boost::lock_guard<",
    "boost::unique_lock<",
    "boost::shared_lock<",
    "boost::posix::pthread_",
    "absl::Mutex::",
    "absl::MutexLock::",
    "absl::ReaderMutexLock::",
    "absl::WriterMutexLock::",
    "g_mutex_",
    "g_rec_mutex_",
    "g_rw_lock_",
    "uv_mutex_",
    "uv_rwlock_",
    "QMutex::",
    "QBasicMutex::",
    "QReadWriteLock::",
    "lockdep::Validator::",
    "lockdep::NativeStack::",
    "lockdep::hooks::",
};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

constexpr std::string_view kLockNames[] = {
    "lock",      "lock_shared",   "lockshared",    "lock_exclusive", "lockexclusive", "read_lock",
    "readlock",  "rdlock",        "lock_read",     "lockread",       "write_lock",    "writelock",
    "wrlock",    "lock_write",    "lockwrite",     "try_lock",       "trylock",       "mutex_lock",
    "spin_lock", "rwlock_rdlock", "rwlock_wrlock",
};

// Whether a name alone says that a program's own function is a lock function or
// the constructor of a guard: Mutex::Lock, my_mutex_lock, ScopedLock::ScopedLock.
bool IsNamedLikeLock(std::string_view name) {
  const std::string lower = LowerCase(name);
  const size_t last_colons = lower.rfind("::");
  const std::string last = last_colons == lower.npos ? lower : lower.substr(last_colons + 2);
  if (std::find(std::begin(kLockNames), std::end(kLockNames), last) != std::end(kLockNames)) {
    return true;
  }
  if (last.ends_with("_mutex_lock") || last.ends_with("_spin_lock")) return true;
  const bool is_guard = last.find("lock") != last.npos || last.find("mutex") != last.npos ||
                        last.find("guard") != last.npos;
  if (last_colons == lower.npos || !is_guard) return false;
  // A constructor is named like its class, which may have template arguments.
  std::string scope = lower.substr(0, last_colons);
  if (scope.ends_with("<...>")) scope.resize(scope.size() - 5);
  return scope == last || scope.ends_with("::" + last);
}

// Of an inlined lambda's scope gcc knows the last function only: "Close::{lambda}"
// is what clang calls "shop::Close()::{lambda}".
std::string WithoutScopeOfLambda(const std::string& name) {
  const size_t lambda = name.find("::{lambda}");
  if (lambda == name.npos) return name;
  std::string function = name.substr(0, lambda);
  if (function.ends_with("()")) function.resize(function.size() - 2);
  const size_t scope = function.rfind("::");
  return (scope == function.npos ? function : function.substr(scope + 2)) + name.substr(lambda);
}

}  // namespace

std::string Demangle(const std::string& symbol) {
  // Without the prefix a name is a type: "a" would become "signed char".
  if (!symbol.starts_with("_Z")) return symbol;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && name != nullptr ? std::string(name.get()) : symbol;
}

std::string ShortFunction(std::string_view function) {
  std::string name = Shortener(function).Run();
  // A lambda needs no word for being called.
  constexpr std::string_view kCall = "::operator()";
  if (name.ends_with(kCall)) {
    const std::string_view object = std::string_view(name).substr(0, name.size() - kCall.size());
    const bool is_lambda = object.ends_with("}") || object.find("::$_") != std::string_view::npos;
    if (is_lambda) name.resize(object.size());
  }
  return name.empty() ? std::string(function) : name;
}

bool IsLibraryLockWrapper(std::string_view function) {
  // Versions of a library's namespace say nothing here.
  const std::string name = absl::StrReplaceAll(ShortFunction(function),
                                               {{"::__1::", "::"}, {"absl::debian3::", "absl::"}});
  return std::any_of(std::begin(kWrappers), std::end(kWrappers),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool IsLockWrapper(std::string_view function) {
  return IsLibraryLockWrapper(function) || IsNamedLikeLock(ShortFunction(function));
}

std::string StableFunctionName(std::string_view function) {
  constexpr std::string_view kLambda = "{lambda}";
  std::string name = ShortFunction(function);
  for (const std::string_view start : {"{lambda#", "$_"}) {
    size_t at = 0;
    while ((at = name.find(start, at)) != name.npos) {
      size_t end = at + start.size();
      while (end < name.size() && std::isdigit(static_cast<unsigned char>(name[end])) != 0) ++end;
      if (end < name.size() && name[end] == '}') ++end;
      name.replace(at, end - at, kLambda);
      at += kLambda.size();
    }
  }
  return WithoutScopeOfLambda(name);
}

}  // namespace lockdep::report
