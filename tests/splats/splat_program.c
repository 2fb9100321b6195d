// Makes one of the mistakes of splats.tsv, by the events that made a real kernel
// report it: `splat_program NAME`.
//
// Locks and functions are those of the kernel's modules that were run there; a
// thread stands for a kernel thread, and those of one case run one after another.

#define _GNU_SOURCE
#include <linux/interrupt.h>
#include <linux/local_lock.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <pthread.h>

#include "ww_splats.h"

static DEFINE_MUTEX(lock_A);
static DEFINE_MUTEX(lock_B);
static DEFINE_MUTEX(lock_C);
static DEFINE_SPINLOCK(spin_A);
static DEFINE_SPINLOCK(spin_B);
static DEFINE_RAW_SPINLOCK(raw_A);
static DEFINE_SPINLOCK(irq_S);
static DEFINE_SPINLOCK(irq_U);
static DEFINE_RWLOCK(rw_A);
static DECLARE_RWSEM(sem_A);

// An object with a mutex in it, from the heap.
struct part {
  struct mutex m;
  struct part* made_before;
};

// Kept to the end, as an object is that is still in use.
static struct part* parts;

static struct part* new_part(void) {
  struct part* p = calloc(1, sizeof *p);
  mutex_init(&p->m);
  p->made_before = parts;
  parts = p;
  return p;
}

struct named_step {
  const char* name;
  void (*step)(void);
};

static void* start(void* named_step) {
  const struct named_step* named = named_step;
  pthread_setname_np(pthread_self(), named->name);
  named->step();
  return NULL;
}

static void in_thread(const char* name, void (*step)(void)) {
  const struct named_step named = {name, step};
  pthread_t thread;
  if (pthread_create(&thread, NULL, start, (void*)&named) != 0) abort();
  pthread_join(thread, NULL);
}

static void run_in_hardirq(void (*handler)(void)) {
  local_irq_disable();
  __irq_enter();
  lockdep_hardirq_threaded();
  handler();
  __irq_exit();
  local_irq_enable();
}

static void run_in_softirq(void (*handler)(void)) {
  local_bh_disable();
  lockdep_softirq_enter();
  handler();
  lockdep_softirq_exit();
  local_bh_enable();
}

#define BOTH(function, lock, unlock, first, second) \
  static void function(void) {                      \
    lock(&first);                                   \
    lock(&second);                                  \
    unlock(&second);                                \
    unlock(&first);                                 \
  }
BOTH(step_ab, mutex_lock, mutex_unlock, lock_A, lock_B)
BOTH(step_ba, mutex_lock, mutex_unlock, lock_B, lock_A)
BOTH(step_bc, mutex_lock, mutex_unlock, lock_B, lock_C)
BOTH(step_ca, mutex_lock, mutex_unlock, lock_C, lock_A)
BOTH(step_sab, spin_lock, spin_unlock, spin_A, spin_B)
BOTH(step_sba, spin_lock, spin_unlock, spin_B, spin_A)
BOTH(step_su, spin_lock, spin_unlock, irq_S, irq_U)

#define ONE(function, lock, unlock, which) \
  static void function(void) {             \
    lock(&which);                          \
    unlock(&which);                        \
  }
ONE(step_a, mutex_lock, mutex_unlock, lock_A)
ONE(take_s, spin_lock, spin_unlock, irq_S)
ONE(take_u, spin_lock, spin_unlock, irq_U)
ONE(read_rw, read_lock, read_unlock, rw_A)

static void circ2(void) {
  in_thread("lab_ab", step_ab);
  in_thread("lab_ba", step_ba);
}

static void circ2_spin(void) {
  in_thread("lab_sab", step_sab);
  in_thread("lab_sba", step_sba);
}

static void circ3(void) {
  in_thread("lab_ab", step_ab);
  in_thread("lab_bc", step_bc);
  in_thread("lab_ca", step_ca);
}

static void recursive(void) {
  struct part* first = new_part();
  struct part* second = new_part();
  mutex_lock(&first->m);
  mutex_lock(&second->m);
  mutex_unlock(&second->m);
  mutex_unlock(&first->m);
}

static void recursive_nested_ok(void) {
  struct part* first = new_part();
  struct part* second = new_part();
  mutex_lock(&first->m);
  mutex_lock_nested(&second->m, SINGLE_DEPTH_NESTING);
  mutex_unlock(&second->m);
  mutex_unlock(&first->m);
}

static void recursive_rwsem_read(void) {
  down_read(&sem_A);
  down_read(&sem_A);
  up_read(&sem_A);
  up_read(&sem_A);
}

static void unbalance(void) { mutex_release(&lock_A.dep_map, _THIS_IP_); }

static void unlock_other(void) { mutex_release(&lock_A.dep_map, _THIS_IP_); }
static void unlock_by_other_task(void) {
  mutex_lock(&lock_A);
  in_thread("lab_unlock", unlock_other);
  mutex_unlock(&lock_A);
}

static void inconsistent_hardirq(void) {
  take_u();
  run_in_hardirq(take_u);
}

static void inconsistent_softirq(void) {
  take_u();
  run_in_softirq(take_u);
}

static void irqsafe_to_unsafe(void) {
  run_in_hardirq(take_s);
  take_u();
  local_irq_disable();
  step_su();
  local_irq_enable();
}

static void irq_inversion(void) {
  local_irq_disable();
  step_su();
  local_irq_enable();
  run_in_hardirq(take_s);
  take_u();
}

static void sleep_in_atomic(void) {
  spin_lock(&spin_A);
  might_sleep();
  spin_unlock(&spin_A);
}

static void waitctx_raw_spin(void) {
  raw_spin_lock(&raw_A);
  spin_lock(&spin_A);
  spin_unlock(&spin_A);
  raw_spin_unlock(&raw_A);
}

// A mutex says that it may sleep before it is taken.
static void waitctx_spin_mutex(void) {
  spin_lock(&spin_A);
  might_sleep();
  mutex_lock(&lock_A);
  mutex_unlock(&lock_A);
  spin_unlock(&spin_A);
}

static void held_freed(void) {
  struct part* p = new_part();
  mutex_lock(&p->m);
  debug_check_no_locks_freed(p, sizeof *p);
  free(p);
}

static void take_and_exit(void) { mutex_lock(&lock_A); }
static void exit_held(void) { in_thread("lab_exit", take_and_exit); }

static int answer = 42;
static int* guarded = &answer;

static void rcu_deref(void) { (void)rcu_dereference(guarded); }
static void rcu_deref_protected(void) {
  (void)rcu_dereference_protected(guarded, lockdep_is_held(&lock_A));
}
static void rcu_sync_in_reader(void) {
  rcu_read_lock();
  RCU_LOCKDEP_WARN_IN_READER("synchronize_rcu()");
  rcu_read_unlock();
}

static void nest_not_taken(void) {
  mutex_lock_nest_lock(&lock_A, &lock_B);
  mutex_unlock(&lock_A);
}

static void rec_read_ok(void) {
  lock_acquire(&rw_A.dep_map, 0, 0, 2, 1, NULL, _THIS_IP_);
  spin_lock(&spin_B);
  spin_unlock(&spin_B);
  lock_release(&rw_A.dep_map, _THIS_IP_);
  spin_lock(&spin_B);
  lock_acquire(&rw_A.dep_map, 0, 0, 2, 1, NULL, _THIS_IP_);
  lock_release(&rw_A.dep_map, _THIS_IP_);
  spin_unlock(&spin_B);
}

static void rwlock_read_inversion(void) {
  read_lock(&rw_A);
  spin_lock(&spin_B);
  spin_unlock(&spin_B);
  read_unlock(&rw_A);
  spin_lock(&spin_B);
  read_lock(&rw_A);
  read_unlock(&rw_A);
  spin_unlock(&spin_B);
}

static void rwlock_read_then_irq_read_ok(void) {
  read_rw();
  run_in_hardirq(read_rw);
}

// The work was done when it was flushed: a flush that does not wait says nothing.
static struct lockdep_map work_map = STATIC_LOCKDEP_MAP_INIT("lab_work", &work_map);
static void run_work(void) {
  lock_map_acquire(&work_map);
  step_a();
  lock_map_release(&work_map);
}
static void workqueue_flush(void) {
  in_thread("kworker", run_work);
  step_a();
}

static void fs_reclaim(void) {
  fs_reclaim_acquire(GFP_KERNEL);
  step_a();
  fs_reclaim_release(GFP_KERNEL);
  mutex_lock(&lock_A);
  might_alloc(GFP_KERNEL);
  mutex_unlock(&lock_A);
}

static void non_static_key(void) {
  spinlock_t* lock = calloc(1, sizeof *lock);
  spin_lock(lock);
  spin_unlock(lock);
  free(lock);
}

static void pinned_release(void) {
  mutex_lock(&lock_A);
  lockdep_pin_lock(&lock_A);
  mutex_unlock(&lock_A);
}

static void downgrade_read(void) {
  down_read(&sem_A);
  downgrade_write(&sem_A);
  up_read(&sem_A);
}

static void assert_held(void) { lockdep_assert_held(&lock_A); }

#define DEPTH 50
static void depth48(void) {
  static struct lock_class_key keys[DEPTH];
  static char names[DEPTH][8];
  static struct mutex deep[DEPTH];
  for (int i = 0; i < DEPTH; ++i) {
    snprintf(names[i], sizeof names[i], "deep%d", i);
    __mutex_init(&deep[i], names[i], &keys[i]);
    mutex_lock(&deep[i]);
  }
  for (int i = DEPTH; i-- > 0;) mutex_unlock(&deep[i]);
}

#define CASE(name) \
  { #name, name }
static const struct {
  const char* name;
  void (*run)(void);
} kCases[] = {
    CASE(circ2),
    CASE(circ2_spin),
    CASE(circ3),
    CASE(recursive),
    CASE(recursive_nested_ok),
    CASE(recursive_rwsem_read),
    CASE(unbalance),
    CASE(unlock_by_other_task),
    CASE(inconsistent_hardirq),
    CASE(inconsistent_softirq),
    CASE(irqsafe_to_unsafe),
    CASE(irq_inversion),
    CASE(sleep_in_atomic),
    {"schedule_in_atomic", sleep_in_atomic},
    CASE(waitctx_raw_spin),
    CASE(waitctx_spin_mutex),
    CASE(held_freed),
    CASE(exit_held),
    CASE(rcu_deref),
    CASE(rcu_deref_protected),
    CASE(rcu_sync_in_reader),
    CASE(nest_not_taken),
    CASE(ww_ok),
    CASE(ww_noctx_after_ctx),
    CASE(ww_noctx_two),
    CASE(ww_lock_after_done),
    CASE(ww_wrong_class),
    CASE(rec_read_ok),
    CASE(rwlock_read_inversion),
    CASE(rwlock_read_then_irq_read_ok),
    CASE(workqueue_flush),
    CASE(fs_reclaim),
    CASE(non_static_key),
    CASE(pinned_release),
    CASE(downgrade_read),
    CASE(assert_held),
    CASE(depth48),
};

int main(int argc, char** argv) {
  debug_locks_silent = 1;
  lockdep_init();
  for (size_t i = 0; argc == 2 && i < sizeof kCases / sizeof kCases[0]; ++i) {
    if (strcmp(argv[1], kCases[i].name) != 0) continue;
    kCases[i].run();
    return 0;
  }
  fprintf(stderr, "usage: splat_program CASE, one of splats.tsv\n");
  return 2;
}
