#include "mm_model/cli/interrupt.h"

#include <csignal>

namespace mm_model {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void Note(int number) {
  interrupted = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

void NoteInterrupts() {
  std::signal(SIGINT, &Note);
  std::signal(SIGTERM, &Note);
}

bool WasInterrupted() { return interrupted != 0; }

}  // namespace mm_model
