// What kernel sources take for granted.

#ifndef SHIM_LINUX_KERNEL_H_
#define SHIM_LINUX_KERNEL_H_

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define __init
#define __maybe_unused __attribute__((unused))
#define __must_check __attribute__((warn_unused_result))
#define noinline __attribute__((noinline))
#define __setup(option, function) \
  static __maybe_unused int (*const function##_of_command_line)(char*) = function
#define typecheck(type, x) ((void)((type*)0 == (__typeof__(x)*)0))

// IS_ENABLED(CONFIG_X): 1 if config.h defines it as 1.
#define IS_ENABLED_ARGUMENT_1 0,
#define IS_ENABLED_SECOND(ignored, value, ...) value
#define IS_ENABLED_CHOOSE(argument) IS_ENABLED_SECOND(argument 1, 0, 0)
#define IS_ENABLED_EXPAND(value) IS_ENABLED_CHOOSE(IS_ENABLED_ARGUMENT_##value)
#define IS_ENABLED(option) IS_ENABLED_EXPAND(option)

// A record begins a new line; a continuation does not.
void shim_print(bool is_continuation, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
#define printk(...) shim_print(false, __VA_ARGS__)
#define pr_cont(...) shim_print(true, __VA_ARGS__)

// How many warnings there were: the run fails if it is not 0.
extern unsigned int shim_warnings;
#define WARN_ON(condition) shim_warn_on(!!(condition), #condition, __FILE__, __LINE__)
#define WARN_ON_ONCE(condition) WARN_ON(condition)
bool shim_warn_on(bool broken, const char* condition, const char* file, int line);

// Only for parameters that nobody passes.
int get_option(char** text, unsigned int* value);

// A lock of the shim would wait, and nobody is there to let it go on.
_Noreturn void shim_would_block(const char* lock);

#endif  // SHIM_LINUX_KERNEL_H_
