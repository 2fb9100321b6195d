// A program made from a number: threads that take many locks, all in one order, and do much
// else meanwhile; and at the end perhaps one mistake, which it names.
//
// Usage: random_program SEED PLUGIN
//
// Prints "none" or the kind of the only finding that there must be.  Locks are taken in the
// order of their numbers, or tried; so whatever the threads do, nothing but the mistake is
// one.  The mistake is made when all else is over, as told by an atomic variable, which no
// hook sees and which therefore orders nothing.

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <vector>

namespace {

constexpr int kLocks = 24;
constexpr int kMostThreads = 6;
constexpr int kRounds = 120;

struct Lock {
  enum class Kind { kPlain, kRecursive, kAdaptive, kErrorChecking, kReadWrite, kSpinning };

  Kind kind;
  union {
    pthread_mutex_t mutex;
    pthread_rwlock_t rwlock;
    pthread_spinlock_t spinlock;
  };
};

Lock* locks[kLocks];
pthread_mutex_t of_handlers = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t of_children[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
const char* plugin;
std::atomic<int> at_work;  // Threads that have rounds to go.

[[noreturn]] void Fail(const char* what) {
  perror(what);
  _exit(3);
}

void Check(int result, const char* what) {
  if (result != 0) Fail(what);
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int Below(int limit) { return static_cast<int>(engine_() % static_cast<unsigned>(limit)); }
  bool OneIn(int n) { return Below(n) == 0; }

 private:
  std::mt19937 engine_;
};

void Begin(Lock& lock) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  switch (lock.kind) {
    case Lock::Kind::kReadWrite:
      return Check(pthread_rwlock_init(&lock.rwlock, nullptr), "rwlock_init");
    case Lock::Kind::kSpinning:
      return Check(pthread_spin_init(&lock.spinlock, 0), "spin_init");
    case Lock::Kind::kRecursive:
      pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
      break;
    case Lock::Kind::kAdaptive:
      pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
      break;
    case Lock::Kind::kErrorChecking:
      pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
      break;
    case Lock::Kind::kPlain:
      break;
  }
  Check(pthread_mutex_init(&lock.mutex, &attributes), "mutex_init");
}

void Take(Lock& lock, Random& random) {
  timespec later;
  switch (lock.kind) {
    case Lock::Kind::kReadWrite:
      return Check(random.OneIn(2) ? pthread_rwlock_rdlock(&lock.rwlock)
                                   : pthread_rwlock_wrlock(&lock.rwlock),
                   "rwlock");
    case Lock::Kind::kSpinning:
      return Check(pthread_spin_lock(&lock.spinlock), "spin_lock");
    default:
      if (!random.OneIn(8)) return Check(pthread_mutex_lock(&lock.mutex), "mutex_lock");
      clock_gettime(CLOCK_REALTIME, &later);
      later.tv_sec += 60;
      return Check(pthread_mutex_timedlock(&lock.mutex, &later), "mutex_timedlock");
  }
}

bool Try(Lock& lock) {
  switch (lock.kind) {
    case Lock::Kind::kReadWrite:
      return pthread_rwlock_tryrdlock(&lock.rwlock) == 0;
    case Lock::Kind::kSpinning:
      return pthread_spin_trylock(&lock.spinlock) == 0;
    default:
      return pthread_mutex_trylock(&lock.mutex) == 0;
  }
}

void Drop(Lock& lock) {
  switch (lock.kind) {
    case Lock::Kind::kReadWrite:
      return Check(pthread_rwlock_unlock(&lock.rwlock), "rwlock_unlock");
    case Lock::Kind::kSpinning:
      return Check(pthread_spin_unlock(&lock.spinlock), "spin_unlock");
    default:
      return Check(pthread_mutex_unlock(&lock.mutex), "mutex_unlock");
  }
}

void Handle(int /*signal*/) {
  pthread_mutex_lock(&of_handlers);
  pthread_mutex_unlock(&of_handlers);
}

// Some locks in their order, some others tried, given back in any order.
void TakeSome(Random& random) {
  std::vector<int> held;
  bool is_held[kLocks] = {};
  const int step = 1 + random.Below(8);
  for (int next = random.Below(step + 1); next < kLocks; next += 1 + random.Below(step)) {
    if (is_held[next]) continue;
    Take(*locks[next], random);
    is_held[next] = true;
    held.push_back(next);
    // What is tried may be any; what comes next must be behind it, or the order is broken.
    const int tried = random.Below(next + 1);
    if (random.OneIn(4) && !is_held[tried] && Try(*locks[tried])) {
      is_held[tried] = true;
      held.push_back(tried);
    }
    if (random.OneIn(30)) raise(SIGUSR1);
  }
  while (!held.empty()) {
    const auto index = static_cast<size_t>(random.Below(static_cast<int>(held.size())));
    Drop(*locks[held[index]]);
    held.erase(held.begin() + static_cast<ptrdiff_t>(index));
  }
}

// A lock of this thread's own, in memory that others get afterwards.
void MakeAndEndALock(Random& random) {
  const size_t size = sizeof(pthread_mutex_t) + static_cast<size_t>(random.Below(200));
  auto* lock = static_cast<pthread_mutex_t*>(malloc(size));
  if (lock == nullptr) Fail("malloc");
  Check(pthread_mutex_init(lock, nullptr), "mutex_init");
  pthread_mutex_lock(lock);
  pthread_mutex_unlock(lock);
  if (random.OneIn(2)) pthread_mutex_destroy(lock);
  free(lock);
}

void WaitALittle() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  pthread_mutex_lock(&mutex);
  pthread_cond_timedwait(&never, &mutex, &soon);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);
}

// The child has one thread, so it takes no lock that another one may have held.
void Fork(Random& random) {
  const bool exits = random.OneIn(2);
  const pid_t child = fork();
  if (child == 0) {
    for (auto& lock : of_children) pthread_mutex_lock(&lock);
    for (auto& lock : of_children) pthread_mutex_unlock(&lock);
    exits ? exit(0) : _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) Fail("child");
}

void LoadAndUnload() {
  void* library = dlopen(plugin, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) Fail(dlerror());
  dlclose(library);
}

void* Work(void* seed) {
  Random random(static_cast<unsigned>(reinterpret_cast<uintptr_t>(seed)));
  for (int round = 0; round < kRounds; ++round) {
    TakeSome(random);
    if (random.OneIn(4)) MakeAndEndALock(random);
    if (random.OneIn(60)) WaitALittle();
    if (random.OneIn(300)) Fork(random);
    if (random.OneIn(300)) LoadAndUnload();
  }
  at_work.fetch_sub(1);
  if (random.OneIn(2)) pthread_exit(nullptr);
  return nullptr;
}

// The mistakes.  Each thread of them waits for the others to be through.

struct Pair {
  int first, second;
};

void* TakeInOrder(void* pair) {
  const Pair& both = *static_cast<Pair*>(pair);
  pthread_mutex_lock(&locks[both.first]->mutex);
  pthread_mutex_lock(&locks[both.second]->mutex);
  pthread_mutex_unlock(&locks[both.second]->mutex);
  pthread_mutex_unlock(&locks[both.first]->mutex);
  at_work.fetch_sub(1);
  return nullptr;
}

void* TakeAgainstOrder(void* pair) {
  while (at_work.load() != 1) usleep(100);
  Pair both = *static_cast<Pair*>(pair);
  both = {both.second, both.first};
  return TakeInOrder(&both);
}

void* KeepALock(void* /*unused*/) {
  static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&kept);
  at_work.fetch_sub(1);
  return nullptr;
}

// AddressSanitizer's runtime comes before the hooks and frees without them.
void* EndALock(void* /*unused*/) {
  auto* lock = static_cast<pthread_mutex_t*>(malloc(sizeof(pthread_mutex_t) + 64));
  Check(pthread_mutex_init(lock, nullptr), "mutex_init");
  pthread_mutex_lock(lock);
  if (dlsym(RTLD_DEFAULT, "__asan_init") != nullptr)
    Check(pthread_mutex_init(lock, nullptr), "mutex_init");
  free(lock);
  at_work.fetch_sub(1);
  return nullptr;
}

struct Mistake {
  const char* kind;
  void* (*one)(void*);
  void* (*other)(void*);  // Null: nobody.
};

constexpr Mistake kMistakes[] = {{"none", nullptr, nullptr},
                                 {"lock-order-inversion", TakeInOrder, TakeAgainstOrder},
                                 {"held-at-exit", KeepALock, nullptr},
                                 {"held-lock-destroyed", EndALock, nullptr}};

// Two mutexes, neither of which is taken again by its owner.
Pair ChooseTwo(Random& random) {
  const int first = random.Below(kLocks - 1);
  const int second = first + 1 + random.Below(kLocks - first - 1);
  for (const int chosen : {first, second}) locks[chosen]->kind = Lock::Kind::kPlain;
  return {first, second};
}

void MakeLocks(Random& random) {
  for (Lock*& lock : locks) {
    lock = new Lock();
    lock->kind = static_cast<Lock::Kind>(random.Below(6));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto seed = static_cast<unsigned>(strtoul(argv[1], nullptr, 10));
  plugin = argv[2];
  Random random(seed);
  MakeLocks(random);
  Pair pair = ChooseTwo(random);
  for (Lock* lock : locks) Begin(*lock);
  const Mistake& mistake = kMistakes[random.Below(std::size(kMistakes))];
  signal(SIGUSR1, random.OneIn(2) ? Handle : SIG_IGN);

  std::vector<pthread_t> threads(static_cast<size_t>(1 + random.Below(kMostThreads)));
  const int erring = (mistake.one != nullptr) + (mistake.other != nullptr);
  at_work = static_cast<int>(threads.size()) + erring;
  for (pthread_t& thread : threads) {
    Check(pthread_create(&thread, nullptr, Work,
                         reinterpret_cast<void*>(uintptr_t{seed} + threads.size())),
          "create");
  }
  for (auto* function : {mistake.one, mistake.other}) {
    if (function == nullptr) continue;
    threads.emplace_back();
    Check(pthread_create(&threads.back(), nullptr, function, &pair), "create");
  }
  for (const pthread_t thread : threads) Check(pthread_join(thread, nullptr), "join");
  puts(mistake.kind);
  return 0;
}
