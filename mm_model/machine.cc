#include "mm_model/machine.h"

#include "mm_model/task.h"

namespace mm_model {

void Machine::CallRcu(void (*callback)(void* object), void* object) {
  if (rcu_readers_ == 0) return callback(object);
  rcu_callbacks_.push_back({callback, object});
}

void Machine::LeaveRcu() {
  if (--rcu_readers_ != 0) return;
  for (const RcuCallback& callback : rcu_callbacks_) callback.function(callback.object);
  rcu_callbacks_.clear();
}

Machine& machine() { return current().machine(); }

void rcu_read_lock() {
  ++current().rcu_depth;
  machine().EnterRcu();
}

void rcu_read_unlock() {
  --current().rcu_depth;
  machine().LeaveRcu();
}

}  // namespace mm_model
