// Locks that are made in the same way, locks that follow each other in the same
// memory, and locks of one kind inside one another.

#include <pthread.h>
#include <sys/mman.h>

#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "tests/hooks/programs/check.h"

namespace {

pthread_mutex_t fixed = PTHREAD_MUTEX_INITIALIZER;

void Nest(pthread_mutex_t* first, pthread_mutex_t* second) {
  CHECK(pthread_mutex_lock(first) == 0);
  CHECK(pthread_mutex_lock(second) == 0);
  CHECK(pthread_mutex_unlock(second) == 0);
  CHECK(pthread_mutex_unlock(first) == 0);
}

pthread_mutex_t* Raw(std::mutex& mutex) { return mutex.native_handle(); }

struct Account {
  long balance = 0;
  pthread_mutex_t lock;
};
struct Log {
  long lines = 0;
  pthread_mutex_t lock;
};

__attribute__((noinline)) Account* OpenAccount() {
  auto* account = new Account;
  pthread_mutex_init(&account->lock, nullptr);
  return account;
}
__attribute__((noinline)) Log* OpenLog() {
  auto* log = new Log;
  pthread_mutex_init(&log->lock, nullptr);
  return log;
}

// One pair of objects in one order, another pair in the other.
void OtherInstances() {
  Account* accounts[2];
  Log* logs[2];
  for (int i = 0; i < 2; ++i) {
    accounts[i] = OpenAccount();
    logs[i] = OpenLog();
  }
  Nest(&accounts[0]->lock, &logs[0]->lock);
  Nest(&logs[1]->lock, &accounts[1]->lock);
}

struct Shelf {
  int books = 0;
  std::mutex lock;
};
struct Reader {
  char name[40] = {};
  std::mutex lock;
};

// The same with locks that no call initialises.
void OtherInstancesOfTypes() {
  std::unique_ptr<Shelf> shelves[2];
  std::unique_ptr<Reader> readers[2];
  for (int i = 0; i < 2; ++i) {
    shelves[i] = std::make_unique<Shelf>();
    readers[i] = std::make_unique<Reader>();
  }
  Nest(Raw(shelves[0]->lock), Raw(readers[0]->lock));
  Nest(Raw(readers[1]->lock), Raw(shelves[1]->lock));
}

std::vector<std::unique_ptr<Shelf>> ManyShelves() {
  std::vector<std::unique_ptr<Shelf>> shelves;
  for (int i = 0; i < 10; ++i) shelves.push_back(std::make_unique<Shelf>());
  return shelves;
}

void InOrderOfAddress() {
  const auto shelves = ManyShelves();
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < 10; ++j) {
      std::mutex& a = shelves[i]->lock;
      std::mutex& b = shelves[j]->lock;
      if (&a < &b) Nest(Raw(a), Raw(b));
    }
  }
}

void HandOverHand() {
  const auto shelves = ManyShelves();
  for (int round = 0; round < 3; ++round) {
    shelves[0]->lock.lock();
    for (int i = 1; i < 10; ++i) {
      shelves[i]->lock.lock();
      shelves[i - 1]->lock.unlock();
    }
    shelves[9]->lock.unlock();
  }
}

void TwoContradict() {
  const auto shelves = ManyShelves();
  Nest(Raw(shelves[2]->lock), Raw(shelves[7]->lock));
  Nest(Raw(shelves[7]->lock), Raw(shelves[2]->lock));
}

void ThreeContradict() {
  const auto shelves = ManyShelves();
  Nest(Raw(shelves[2]->lock), Raw(shelves[7]->lock));
  Nest(Raw(shelves[7]->lock), Raw(shelves[4]->lock));
  Nest(Raw(shelves[4]->lock), Raw(shelves[2]->lock));
}

void TakenAgain() {
  const auto shelves = ManyShelves();
  pthread_mutex_t* mutex = Raw(shelves[0]->lock);
  CHECK(pthread_mutex_lock(mutex) == 0);
  timespec deadline = soon(CLOCK_REALTIME);
  CHECK(pthread_mutex_timedlock(mutex, &deadline) == ETIMEDOUT);
  CHECK(pthread_mutex_unlock(mutex) == 0);
}

// Each lock of an array of bare locks is there for something of its own.
void ArrayOfLocks() {
  auto* locks = new std::mutex[4];
  Nest(Raw(locks[0]), Raw(locks[1]));
  Nest(Raw(locks[2]), Raw(locks[3]));
  Nest(Raw(locks[0]), &fixed);
  Nest(&fixed, Raw(locks[3]));
  delete[] locks;
}

struct Holder {
  char before[8] = {};
  std::mutex lock;
  char after[32] = {};
};
struct OtherHolder : Holder {};

void FreedMemory() {
  auto* first = new Holder;
  Nest(Raw(first->lock), &fixed);
  void* where = Raw(first->lock);
  delete first;
  auto* other = new OtherHolder;
  CHECK(Raw(other->lock) == where);
  Nest(&fixed, Raw(other->lock));
  delete other;
}

void UnmappedMemory() {
  void* where = nullptr;
  for (int i = 0; i < 2; ++i) {
    void* memory = mmap(where, 4096, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | (i != 0 ? MAP_FIXED : 0), -1, 0);
    CHECK(memory != MAP_FAILED);
    where = memory;
    auto* mutex = new (memory) std::mutex;
    i == 0 ? Nest(Raw(*mutex), &fixed) : Nest(&fixed, Raw(*mutex));
    munmap(memory, 4096);
  }
}

void* last_local = nullptr;

__attribute__((noinline)) void LocalBeforeFixed() {
  std::mutex mutex;
  last_local = &mutex;
  Nest(Raw(mutex), &fixed);
}
__attribute__((noinline)) void LocalAfterFixed() {
  std::mutex mutex;
  CHECK(last_local == &mutex);
  Nest(&fixed, Raw(mutex));
}

void ReturnedFunctions() {
  LocalBeforeFixed();
  LocalAfterFixed();
}

void* LocalOfThread(void* is_second) {
  is_second == nullptr ? LocalBeforeFixed() : LocalAfterFixed();
  return nullptr;
}

void EndedThreads() {
  in_thread(LocalOfThread, nullptr);
  in_thread(LocalOfThread, &fixed);
}

void LocalsOfOneFrame() {
  std::mutex a;
  std::mutex b;
  Nest(Raw(a), Raw(b));
  Nest(Raw(b), Raw(a));
}

void FreedWhileHeld() {
  Shelf* shelf = new Shelf;
  shelf->lock.lock();
  delete shelf;
}

const scenario kScenarios[] = {
    {"other_instances", OtherInstances},
    {"other_instances_of_types", OtherInstancesOfTypes},
    {"in_order_of_address", InOrderOfAddress},
    {"hand_over_hand", HandOverHand},
    {"two_contradict", TwoContradict},
    {"three_contradict", ThreeContradict},
    {"taken_again", TakenAgain},
    {"array_of_locks", ArrayOfLocks},
    {"freed_memory", FreedMemory},
    {"unmapped_memory", UnmappedMemory},
    {"returned_functions", ReturnedFunctions},
    {"ended_threads", EndedThreads},
    {"locals_of_one_frame", LocalsOfOneFrame},
    {"freed_while_held", FreedWhileHeld},
};

}  // namespace

int main(int argc, char** argv) { return RUN_SCENARIO(kScenarios, argc, argv); }
