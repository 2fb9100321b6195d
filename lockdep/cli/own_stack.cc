#include "lockdep/cli/own_stack.h"

#include <pthread.h>
#include <sys/resource.h>

#include <cstddef>

namespace lockdep::cli {
namespace {

constexpr size_t kLargeEnough = size_t{4} << 20;

struct Call {
  const std::function<int()>& function;
  int result = 0;
};

void* Run(void* argument) {
  auto* call = static_cast<Call*>(argument);
  call->result = call->function();
  return nullptr;
}

bool HasLargeStack() {
  rlimit limit;
  return getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         limit.rlim_cur >= kLargeEnough;
}

bool StartThread(Call* call, pthread_t* thread) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  const bool started = pthread_attr_setstacksize(&attributes, kLargeEnough) == 0 &&
                       pthread_create(thread, &attributes, Run, call) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace

int RunOnLargeStack(const std::function<int()>& function) {
  Call call{function};
  pthread_t thread;
  if (HasLargeStack() || !StartThread(&call, &thread)) return function();
  pthread_join(thread, nullptr);
  return call.result;
}

}  // namespace lockdep::cli
