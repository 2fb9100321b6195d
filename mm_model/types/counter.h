// Atomic counters.  Changes whose result nobody asks for can be swapped with
// each other; they belong to the step that runs.  Who asks makes a step of its own.

#ifndef MM_MODEL_TYPES_COUNTER_H_
#define MM_MODEL_TYPES_COUNTER_H_

#include "mm_model/task.h"

namespace mm_model {

class Counter {
 public:
  explicit Counter(const char* name, int value = 0) : name_(name), value_(value) {}

  void inc() { Add(1); }
  void dec() { Add(-1); }
  int read() const {
    SchedulingPoint({StepKind::kAtomic, name_, this});
    return value_;
  }
  // Returns whether it is zero now.
  bool dec_and_test() {
    SchedulingPoint({StepKind::kAtomic, name_, this});
    return --value_ == 0;
  }

  int peek() const { return value_; }

 private:
  void Add(int change) {
    AlsoTouches(this, AccessMode::kShared);
    value_ += change;
  }

  const char* name_;
  int value_;
};

}  // namespace mm_model

#endif  // MM_MODEL_TYPES_COUNTER_H_
