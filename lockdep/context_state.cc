#include "lockdep/context_state.h"

#include "lockdep/chain_key.h"
#include "lockdep/lock_use.h"

namespace lockdep {

uint64_t ContextTable::HashOf(const ContextState& state) {
  const ChainKey sets = NextChainKey(NextChainKey(kEmptyChainKey, state.in), state.enabled);
  return NextChainKey(sets, static_cast<uint64_t>(state.wait_limit)) >> 8;
}

bool ContextTable::Find(const ContextState& state, ContextId* id) const {
  *id = ContextId::kPlain;
  if (state == ContextState{}) return true;
  const Entry* entry =
      table_.Find(HashOf(state), [&](const Entry& other) { return other.state == state; });
  if (entry == nullptr) return false;
  *id = entry->id;
  return true;
}

bool ContextTable::Register(const ContextState& state, ContextId* id) {
  if (Find(state, id)) return true;
  if (entries_.size() + 1 >= LockUse::kMaxContexts || !table_.Reserve()) return false;
  Entry* made = entries_.Append();
  if (made == nullptr) return false;
  *made = {state, static_cast<ContextId>(entries_.size())};
  table_.Insert(made);
  *id = made->id;
  return true;
}

}  // namespace lockdep
