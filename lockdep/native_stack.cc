#include "lockdep/native_stack.h"

#include <libunwind.h>

// The private copy of libunwind that the build makes: see internal/unwinder.cmake.
extern "C" {
int lockdep_unw_getcontext(unw_context_t* context);
int lockdep_unw_init_local(unw_cursor_t* cursor, unw_context_t* context);
int lockdep_unw_step(unw_cursor_t* cursor);
int lockdep_unw_get_reg(unw_cursor_t* cursor, unw_regnum_t number, unw_word_t* value);
int lockdep_unw_set_reg(unw_cursor_t* cursor, unw_regnum_t number, unw_word_t value);
int lockdep_unw_is_signal_frame(unw_cursor_t* cursor);
}

namespace lockdep {
namespace {

// The walk ends in code without unwind tables; where that is it still knows.
void AddUnknown(unw_cursor_t& cursor, std::span<StackFrame> frames, size_t* count) {
  unw_word_t pc = 0;
  unw_word_t sp = 0;
  lockdep_unw_get_reg(&cursor, UNW_REG_IP, &pc);
  lockdep_unw_get_reg(&cursor, UNW_REG_SP, &sp);
  const bool is_told = *count != 0 && frames[*count - 1].pc == pc;
  if (*count != 0 && pc != 0 && !is_told) frames[(*count)++] = {pc, sp};
}

}  // namespace

size_t NativeStack::Capture(std::span<StackFrame> frames) {
  unw_context_t context;
  unw_cursor_t cursor;
  lockdep_unw_getcontext(&context);
  if (lockdep_unw_init_local(&cursor, &context) != UNW_ESUCCESS) return 0;
  size_t count = 0;
  while (count < frames.size() && lockdep_unw_step(&cursor) > 0) {
    unw_word_t pc = 0;
    unw_word_t sp = 0;
    lockdep_unw_get_reg(&cursor, UNW_REG_IP, &pc);
    // libunwind takes every address for one behind a call.  Where a signal
    // interrupted (the step came out of a signal frame) it is the next
    // instruction, whose own row of the unwind table counts: with the row
    // before it, the next step would read at random.
    if (lockdep_unw_is_signal_frame(&cursor) > 0) lockdep_unw_set_reg(&cursor, UNW_REG_IP, ++pc);
    lockdep_unw_get_reg(&cursor, UNW_REG_SP, &sp);
    if (pc == 0) break;
    frames[count++] = {pc, sp};
  }
  if (count < frames.size()) AddUnknown(cursor, frames, &count);
  return count;
}

}  // namespace lockdep
