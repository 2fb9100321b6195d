#include "lockdep/lock_class.h"

namespace lockdep {

const LockClass* ClassRegistry::Find(ClassKey key, uint8_t subclass) const {
  return table_.Find(LockClass::HashOf(key, subclass), [&](const LockClass& other) {
    return other.key == key && other.subclass == subclass && !other.IsForgotten();
  });
}

const LockClass* ClassRegistry::Register(const LockMap& map, uint8_t subclass, bool* is_new) {
  *is_new = false;
  if (const LockClass* found = Find(map.key, subclass)) return found;
  if (!table_.Reserve()) return nullptr;
  const char* name = map.name == nullptr ? nullptr : arena_.CopyString(map.name);
  if (name == nullptr && map.name != nullptr) return nullptr;
  LockClass* made = classes_.Append();
  if (made == nullptr) return nullptr;
  made->id = static_cast<ClassId>(classes_.size());
  made->key = map.key;
  made->subclass = subclass;
  made->kind = map.kind;
  made->origin_kind = map.origin_kind;
  made->wait_inner = map.wait_inner;
  made->wait_outer = map.wait_outer == WaitType::kUnchecked ? map.wait_inner : map.wait_outer;
  made->role = map.role;
  made->name = name;
  made->origin = map.origin;
  made->first_instance = map.address;
  table_.Insert(made);
  *is_new = true;
  return made;
}

}  // namespace lockdep
