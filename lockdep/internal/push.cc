#include "lockdep/internal/push.h"

#include "lockdep/internal/blocked_signals.h"

namespace lockdep::internal {

__attribute__((noinline)) void PushAgain(ThreadContext& thread, ChainKey previous,
                                         const Acquisition& acquisition, LockUse use,
                                         ChainKey key) {
  const BlockedSignals blocked;
  Fill(thread.held[thread.held.depth() - 1], previous, acquisition, use);
  thread.chain_key = key;
  ++thread.acquisitions;
}

}  // namespace lockdep::internal
