// What a program pays for its locks.  Run it by itself and under `lockdep run`;
// the ratio is the cost of the hooks and the engine together.
//
// A second thread sleeps through all of it: glibc locks without atomic
// instructions while a process has one thread, and no threaded program gets that.

#include <benchmark/benchmark.h>
#include <pthread.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

namespace {

// One pair, with range(0) - 1 other mutexes held.
void BM_MutexPair(benchmark::State& state) {
  const size_t depth = static_cast<size_t>(state.range(0));
  std::vector<pthread_mutex_t> mutexes(depth, pthread_mutex_t PTHREAD_MUTEX_INITIALIZER);
  for (size_t i = 0; i + 1 < depth; ++i) pthread_mutex_lock(&mutexes[i]);
  for (auto _ : state) {
    pthread_mutex_lock(&mutexes[depth - 1]);
    benchmark::ClobberMemory();
    pthread_mutex_unlock(&mutexes[depth - 1]);
  }
  for (size_t i = depth - 1; i-- > 0;) pthread_mutex_unlock(&mutexes[i]);
}
BENCHMARK(BM_MutexPair)->Arg(1)->Arg(4)->Arg(8);

// The same among range(0) mutexes taken in turn.
void BM_MutexPairAmongMany(benchmark::State& state) {
  const size_t count = static_cast<size_t>(state.range(0));
  std::vector<pthread_mutex_t> mutexes(count, pthread_mutex_t PTHREAD_MUTEX_INITIALIZER);
  size_t next = 0;
  for (auto _ : state) {
    pthread_mutex_lock(&mutexes[next]);
    benchmark::ClobberMemory();
    pthread_mutex_unlock(&mutexes[next]);
    next = next + 1 == count ? 0 : next + 1;
  }
}
BENCHMARK(BM_MutexPairAmongMany)->Arg(1000)->Arg(100000);

void BM_RwlockReadPair(benchmark::State& state) {
  pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
  for (auto _ : state) {
    pthread_rwlock_rdlock(&rwlock);
    benchmark::ClobberMemory();
    pthread_rwlock_unlock(&rwlock);
  }
}
BENCHMARK(BM_RwlockReadPair);

void* Sleep(void*) {
  for (;;) pause();
}

}  // namespace

int main(int argc, char** argv) {
  pthread_t sleeper;
  if (pthread_create(&sleeper, nullptr, Sleep, nullptr) != 0) return 1;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
