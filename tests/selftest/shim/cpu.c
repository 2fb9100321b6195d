// The CPU that kernel code believes to run on: preemption, interrupts, RCU,
// reclaim.

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

unsigned int shim_warnings;
_Thread_local struct task_struct shim_current = {.softirqs_enabled = 1};

static _Thread_local int count_of_preemption;
static _Thread_local bool interrupts_off;

bool shim_warn_on(bool broken, const char* condition, const char* file, int line) {
  if (!broken) return false;
  ++shim_warnings;
  fprintf(stderr, "WARNING: %s:%d: %s\n", file, line, condition);
  return true;
}

void shim_print(bool is_continuation, const char* format, ...) {
  static bool at_line_start = true;
  if (!is_continuation && !at_line_start) putchar('\n');
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  at_line_start = format[strlen(format) - 1] == '\n';
}

int get_option(char** text, unsigned int* value) {
  (void)text;
  (void)value;
  abort();
}

void shim_would_block(const char* lock) {
  fflush(stdout);
  fprintf(stderr, "%s is taken, and nobody will release it\n", lock);
  abort();
}

int preempt_count(void) { return count_of_preemption; }
void preempt_count_set(int count) { count_of_preemption = count; }
void preempt_count_add(int count) { count_of_preemption += count; }
void preempt_count_sub(int count) { count_of_preemption -= count; }

bool irqs_disabled(void) { return interrupts_off; }

void local_irq_disable(void) { interrupts_off = true; }

void local_irq_enable(void) { interrupts_off = false; }

void local_bh_disable(void) { preempt_count_add(SOFTIRQ_DISABLE_OFFSET); }

void local_bh_enable(void) { preempt_count_sub(SOFTIRQ_DISABLE_OFFSET); }

void __irq_enter(void) { preempt_count_add(HARDIRQ_OFFSET); }

void __irq_exit(void) { preempt_count_sub(HARDIRQ_OFFSET); }

void lockdep_hardirq_threaded(void) {}

void lockdep_softirq_enter(void) {}

void lockdep_softirq_exit(void) {}

struct lockdep_map rcu_lock_map = {
    .name = "rcu_read_lock", .wait_type_outer = LD_WAIT_FREE, .wait_type_inner = LD_WAIT_CONFIG};
struct lockdep_map rcu_bh_lock_map = {
    .name = "rcu_read_lock_bh", .wait_type_outer = LD_WAIT_FREE, .wait_type_inner = LD_WAIT_CONFIG};
struct lockdep_map rcu_sched_lock_map = {.name = "rcu_read_lock_sched",
                                         .wait_type_outer = LD_WAIT_FREE,
                                         .wait_type_inner = LD_WAIT_SPIN};

static struct lockdep_map fs_reclaim_map = {.name = "fs_reclaim"};

// Whether an allocation may enter file systems to find memory.
static bool may_reclaim_fs(gfp_t gfp) {
  if ((current->flags & (PF_MEMALLOC | PF_MEMALLOC_NOFS)) != 0) return false;
  return (gfp & __GFP_DIRECT_RECLAIM) != 0 && (gfp & __GFP_FS) != 0;
}

void fs_reclaim_acquire(gfp_t gfp) {
  if (may_reclaim_fs(gfp)) lock_acquire_exclusive(&fs_reclaim_map, 0, 0, NULL, _RET_IP_);
}

void fs_reclaim_release(gfp_t gfp) {
  if (may_reclaim_fs(gfp)) lock_release(&fs_reclaim_map, _RET_IP_);
}

void might_alloc(gfp_t gfp) {
  fs_reclaim_acquire(gfp);
  fs_reclaim_release(gfp);
}

unsigned int memalloc_nofs_save(void) {
  const unsigned int was = current->flags & PF_MEMALLOC_NOFS;
  current->flags |= PF_MEMALLOC_NOFS;
  return was;
}

void memalloc_nofs_restore(unsigned int flags) {
  current->flags = (current->flags & ~(unsigned int)PF_MEMALLOC_NOFS) | flags;
}
