// SIGINT and SIGTERM end long work at the next opportunity, so that it can say
// what it did until then.

#ifndef MM_MODEL_CLI_INTERRUPT_H_
#define MM_MODEL_CLI_INTERRUPT_H_

namespace mm_model {

// From now on both signals are only noted; a second one ends the program.
void NoteInterrupts();
// Whether one came.
bool WasInterrupted();

}  // namespace mm_model

#endif  // MM_MODEL_CLI_INTERRUPT_H_
