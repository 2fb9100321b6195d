// The CPU that kernel code believes to run on: preemption and interrupts.

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

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
