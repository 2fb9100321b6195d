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
void preempt_count_add(int count) { count_of_preemption += count; }
void preempt_count_sub(int count) { count_of_preemption -= count; }

// After a testcase that left the count unbalanced, softirqs are what it says again.
void preempt_count_set(int count) {
  count_of_preemption = count;
  if (softirq_count() != 0) {
    lockdep_softirqs_off(_RET_IP_);
  } else {
    lockdep_softirqs_on(_RET_IP_);
  }
}

bool irqs_disabled(void) { return interrupts_off; }

void local_irq_disable(void) {
  interrupts_off = true;
  lockdep_hardirqs_off(_RET_IP_);
}

void local_irq_enable(void) {
  lockdep_hardirqs_on_prepare();
  lockdep_hardirqs_on(_RET_IP_);
  interrupts_off = false;
}

void local_bh_disable(void) {
  preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
  if (softirq_count() == SOFTIRQ_DISABLE_OFFSET) lockdep_softirqs_off(_RET_IP_);
}

void local_bh_enable(void) {
  if (softirq_count() == SOFTIRQ_DISABLE_OFFSET) lockdep_softirqs_on(_RET_IP_);
  preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
}

void __irq_enter(void) {
  preempt_count_add(HARDIRQ_OFFSET);
  lockdep_hardirq_enter();
}

void __irq_exit(void) {
  lockdep_hardirq_exit();
  preempt_count_sub(HARDIRQ_OFFSET);
}

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
