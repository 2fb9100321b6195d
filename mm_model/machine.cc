#include "mm_model/machine.h"

#include "mm_model/task.h"

namespace mm_model {

void Machine::Clear() {
  memory_.Clear();
  footprint_.clear();
  rcu_callbacks_.clear();
  rcu_readers_ = 0;
  irqs_off_ = 0;
  globals = nullptr;
  corruption_ = nullptr;
  mutation = nullptr;
  free_vmas.clear();
  vma_lock_statistics = {};
  locks_taken_before_ = locks_taken_;
}

void Machine::Save(Image* image) const {
  memory_.Save(&image->memory);
  image->globals = globals;
  image->free_vmas = free_vmas;
  image->vma_lock_statistics = vma_lock_statistics;
  image->locks_taken = locks_taken_ - locks_taken_before_;
}

void Machine::Restore(const Image& image) {
  memory_.Restore(image.memory);
  globals = image.globals;
  free_vmas = image.free_vmas;
  vma_lock_statistics = image.vma_lock_statistics;
  locks_taken_ += image.locks_taken;
}

void Machine::CallRcu(void (*callback)(void* object), void* object) {
  Touch(&rcu_readers_, AccessMode::kExclusive);
  if (rcu_readers_ == 0) return callback(object);
  rcu_callbacks_.push_back({callback, object, rcu_readers_});
}

void Machine::EnterRcu(TaskId reader) {
  Touch(&rcu_readers_, AccessMode::kShared);
  rcu_readers_ |= SetOf(reader);
}

void Machine::LeaveRcu(TaskId reader) {
  rcu_readers_ &= ~SetOf(reader);
  // Readers come and go in any order, as long as nobody waits for them.
  Touch(&rcu_readers_, rcu_callbacks_.empty() ? AccessMode::kShared : AccessMode::kExclusive);
  std::erase_if(rcu_callbacks_, [reader](RcuCallback& callback) {
    callback.readers &= ~SetOf(reader);
    if (callback.readers == 0) callback.function(callback.object);
    return callback.readers == 0;
  });
}

void Machine::DisableIrqs(TaskId task) {
  Touch(&irqs_off_, AccessMode::kShared);
  irqs_off_ |= SetOf(task);
}

void Machine::EnableIrqs(TaskId task) {
  Touch(&irqs_off_, AccessMode::kShared);
  irqs_off_ &= ~SetOf(task);
}

void rcu_read_lock() {
  Task& task = current();
  if (task.rcu_depth++ == 0) task.machine().EnterRcu(task.id());
}

void rcu_read_unlock() {
  Task& task = current();
  if (--task.rcu_depth != 0) return;
  task.speculates = false;
  task.machine().LeaveRcu(task.id());
}

// No grace period ends on a processor that has interrupts off.
void local_irq_save() {
  rcu_read_lock();
  Task& task = current();
  if (task.irqs_off++ == 0) task.machine().DisableIrqs(task.id());
}

void local_irq_restore() {
  Task& task = current();
  if (--task.irqs_off == 0) task.machine().EnableIrqs(task.id());
  rcu_read_unlock();
}

}  // namespace mm_model
