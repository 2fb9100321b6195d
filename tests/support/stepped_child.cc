#include "tests/support/stepped_child.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace lockdep::testing {
namespace {

// What the child says, in memory that both see.
struct Said {
  bool is_last;
  char failure[1000];
};

// The sets of the kernel have 64 bits.
bool IsBlocked(pid_t child) {
  uint64_t blocked = 0;
  return ptrace(PTRACE_GETSIGMASK, child, sizeof(blocked), &blocked) == 0 &&
         (blocked >> (SIGUSR1 - 1) & 1) != 0;
}

class Tracer {
 public:
  explicit Tracer(pid_t child) : child_(child) {}

  bool Continue(int signal) { return Resume(PTRACE_CONT, signal); }
  bool Step(int signal = 0) { return Resume(PTRACE_SINGLESTEP, signal); }

  // A mark is told from a step, also over a system call, by who raised the signal.
  bool IsAtMark() const {
    siginfo_t info = {};
    return ptrace(PTRACE_GETSIGINFO, child_, nullptr, &info) == 0 && info.si_code == SI_KERNEL;
  }

  // Passes `count` instructions; returns whether there were so many before the mark.
  bool Pass(long count) {
    for (long i = 0; i < count; ++i) {
      if (!Step() || IsAtMark()) return false;
    }
    return true;
  }

 private:
  template <typename Request>
  bool Resume(Request request, int signal) {
    int status = 0;
    if (ptrace(request, child_, nullptr, signal) != 0 || waitpid(child_, &status, 0) != child_ ||
        !WIFSTOPPED(status)) {
      return false;
    }
    const int stopped_by = WSTOPSIG(status);
    if (stopped_by == SIGTRAP) return true;
    // A signal that was blocked is told of once more when it comes.
    return (stopped_by == SIGUSR1 || stopped_by == SIGUSR2) && Resume(request, stopped_by);
  }

  const pid_t child_;
};

// The instructions of one undisturbed run before which a signal would come at once,
// and the first before which it would not.
std::vector<long> FindPlaces(Tracer& tracer, pid_t child) {
  std::vector<long> places;
  bool was_blocked = false;
  if (!tracer.Continue(0)) return places;
  for (long at = 0;; ++at) {
    const bool is_blocked = IsBlocked(child);
    if (!is_blocked || !was_blocked) places.push_back(at);
    was_blocked = is_blocked;
    if (!tracer.Step() || tracer.IsAtMark()) return places;
  }
}

long InterruptAt(const std::vector<long>& places, Tracer& tracer, Said& said) {
  long count = 0;
  for (const long place : places) {
    // To the mark, to the place, and with the signal to the other mark.
    if (!tracer.Continue(0)) break;
    said.is_last = place == places.back();
    if (!tracer.Pass(place) || !tracer.Continue(SIGUSR1)) break;
    ++count;
  }
  return count;
}

// Returns how many pairs of places there were; -1 if the child died.
long InterruptTwice(long places, Tracer& tracer, Said& said) {
  long count = 0;
  for (long first = 0; first < places; ++first) {
    for (long second = 0;; ++second, ++count) {
      // To the mark, to the place, and into the first handler.
      if (!tracer.Continue(0) || !tracer.Pass(first) || !tracer.Step(SIGUSR1)) return -1;
      const bool is_beyond = !tracer.Pass(second);
      said.is_last = is_beyond && first == places - 1;
      if (is_beyond) break;
      if (!tracer.Continue(SIGUSR2)) return -1;
    }
  }
  return count;
}

void RunInChild(const std::function<std::string()>& run, Said& said) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
  raise(SIGTRAP);
  run();  // For FindPlaces.
  do {
    const std::string failure = run();
    if (said.failure[0] == '\0') strncpy(said.failure, failure.c_str(), sizeof(said.failure) - 1);
  } while (!said.is_last);
  _exit(0);
}

// Has `interrupt(tracer, places, said)` drive the child that calls `run`.  It returns the
// number of interruptions, or -1 if the child died.
template <typename Interrupt>
std::optional<Interruptions> Drive(const std::function<std::string()>& run,
                                   const Interrupt& interrupt) {
  void* shared =
      mmap(nullptr, sizeof(Said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return {};
  auto& said = *static_cast<Said*>(shared);
  const pid_t child = fork();
  if (child == 0) RunInChild(run, said);
  int status = 0;
  std::optional<Interruptions> result;
  if (child > 0 && waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    Tracer tracer(child);
    const std::vector<long> places = FindPlaces(tracer, child);
    result = Interruptions{.places = interrupt(tracer, places, said), .failure = ""};
    if (result->places < 0) result->failure = "the child died";
    ptrace(PTRACE_CONT, child, nullptr, 0);  // From its last mark to the end.
    waitpid(child, &status, 0);
    if (said.failure[0] != '\0') result->failure = said.failure;
  }
  munmap(shared, sizeof(Said));
  return result;
}

}  // namespace

std::optional<Interruptions> InterruptEverywhere(const std::function<std::string()>& run) {
  return Drive(run, [](Tracer& tracer, const std::vector<long>& places, Said& said) {
    const long count = InterruptAt(places, tracer, said);
    return count == static_cast<long>(places.size()) ? count : -1;
  });
}

std::optional<Interruptions> InterruptTwiceEverywhere(const std::function<std::string()>& run) {
  return Drive(run, [](Tracer& tracer, const std::vector<long>& places, Said& said) {
    return InterruptTwice(static_cast<long>(places.size()), tracer, said);
  });
}

}  // namespace lockdep::testing
