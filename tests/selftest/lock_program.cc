#include "tests/selftest/lock_program.h"

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace lockdep {

using testing::Context;
using testing::Event;
using Op = testing::Event::Op;

class Worker {
 public:
  Worker() : thread_([this] { Work(); }) {}
  ~Worker() {
    Do({});
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns when it is done.
  void Do(std::function<void()> task) {
    std::unique_lock<std::mutex> lock(mutex_);
    task_ = std::move(task);
    has_task_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !has_task_; });
  }

 private:
  // An empty task ends the thread.
  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (bool goes_on = true; goes_on;) {
      changed_.wait(lock, [this] { return has_task_; });
      goes_on = task_ != nullptr;
      if (goes_on) task_();
      has_task_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> task_;
  bool has_task_ = false;
  std::thread thread_;
};

namespace {

// "A1" is of class "A".
std::string ClassOf(const std::string& lock) {
  std::string name = lock;
  while (name.size() > 1 && isdigit(static_cast<unsigned char>(name.back())) != 0) name.pop_back();
  return name;
}

// The kind that a lock of this class has in every column, or null.
const lock_kind* FixedKind(const std::string& class_name) {
  if (class_name == "M") return kernel_lock_kind("mutex");
  if (class_name == "S" || class_name == "N") return kernel_lock_kind("spinlock");
  if (class_name == "Z") return kernel_lock_kind("raw_spinlock");
  return nullptr;
}

bool CanDo(const lock_kind& column, const Event& event) {
  const lock_kind* fixed = FixedKind(ClassOf(event.lock));
  const lock_kind& kind = fixed == nullptr ? column : *fixed;
  if (event.op == Op::kDowngrade) return kind.downgrade != nullptr;
  if (event.op != Op::kAcquire) return true;
  if (event.subclass != 0) return kind.lock_nested != nullptr;
  return event.nest_lock.empty() || kind.lock_nest_lock != nullptr;
}

}  // namespace

LockProgram::LockProgram(const lock_kind& kind) : kind_(kind) {}

LockProgram::~LockProgram() {
  workers_.clear();
  lockdep_reset();
  for (auto& [name, lock] : locks_) {
    if (lock.memory != nullptr) lock.kind->destroy(lock.memory);
  }
  for (auto& [name, key] : keys_) lockdep_unregister_key(key);
}

bool LockProgram::CanRun(const lock_kind& kind, std::string_view program) {
  const std::vector<Event> events = testing::ParseEvents(program);
  return std::all_of(events.begin(), events.end(),
                     [&](const Event& event) { return CanDo(kind, event); });
}

void LockProgram::Run(std::string_view program) {
  for (const Event& event : testing::ParseEvents(program)) {
    thread_ = event.thread;
    if (event.op == Op::kExit) {
      workers_.erase(thread_);
      continue;
    }
    std::unique_ptr<Worker>& worker = workers_[thread_];
    if (worker == nullptr) worker = std::make_unique<Worker>();
    worker->Do([&] { Do(event); });
  }
}

LockProgram::Lock& LockProgram::Find(const std::string& name) {
  const auto [lock, is_new] = locks_.try_emplace(name);
  if (!is_new) return lock->second;
  const std::string class_name = ClassOf(name);
  const lock_kind* fixed = FixedKind(class_name);
  lock_class_key*& key = keys_[class_name];
  if (key == nullptr) {
    key = &key_memory_.emplace_back();
    lockdep_register_key(key);
    class_names_.push_back(class_name);
  }
  const auto kept_name = std::find(class_names_.begin(), class_names_.end(), class_name);
  lock->second.kind = fixed == nullptr ? &kind_ : fixed;
  lock->second.memory = lock->second.kind->make(kept_name->c_str(), key);
  return lock->second;
}

void LockProgram::Acquire(const Event& event) {
  const Lock& lock = Find(event.lock);
  if (event.trylock == TryLock::kYes) {
    if (!lock.kind->try_lock(lock.memory)) std::abort();
  } else if (!event.nest_lock.empty()) {
    lock.kind->lock_nest_lock(lock.memory, Find(event.nest_lock).memory);
  } else if (event.subclass != 0) {
    lock.kind->lock_nested(lock.memory, event.subclass);
  } else {
    lock.kind->lock(lock.memory);
  }
}

// As the entry code of a kernel does it: interrupts are off inside.
void LockProgram::Enter(Context context) {
  contexts_[thread_].push_back(context);
  switch (context) {
    case Context::kIrq:
      lockdep_hardirqs_off(_THIS_IP_);
      lockdep_hardirq_enter();
      return lockdep_hardirq_threaded();
    case Context::kSoftirq:
      lockdep_softirqs_off(_THIS_IP_);
      return lockdep_softirq_enter();
    case Context::kIrqSave:
      return lockdep_hardirqs_off(_THIS_IP_);
    case Context::kBh:
      return lockdep_softirqs_off(_THIS_IP_);
    case Context::kIrqOn:
      return;
  }
}

void LockProgram::Leave() {
  const Context context = contexts_[thread_].back();
  contexts_[thread_].pop_back();
  switch (context) {
    case Context::kIrq:
      lockdep_hardirq_exit();
      return lockdep_hardirqs_on(_THIS_IP_);
    case Context::kSoftirq:
      lockdep_softirq_exit();
      return lockdep_softirqs_on(_THIS_IP_);
    case Context::kIrqSave:
      return lockdep_hardirqs_on(_THIS_IP_);
    case Context::kBh:
      return lockdep_softirqs_on(_THIS_IP_);
    case Context::kIrqOn:
      return;
  }
}

void LockProgram::Do(const Event& event) {
  switch (event.op) {
    case Op::kAcquire:
      return Acquire(event);
    case Op::kRelease: {
      const Lock& lock = Find(event.lock);
      return lock.kind->unlock(lock.memory);
    }
    case Op::kDowngrade: {
      const Lock& lock = Find(event.lock);
      return lock.kind->downgrade(lock.memory);
    }
    case Op::kDestroy: {
      Lock& lock = Find(event.lock);
      lock.kind->destroy(lock.memory);
      lock.memory = nullptr;
      return;
    }
    case Op::kEnter:
      return Enter(event.context);
    case Op::kLeave:
      return Leave();
    default:
      std::abort();
  }
}

}  // namespace lockdep
