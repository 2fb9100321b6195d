#include "lockdep/kernel/class_keys.h"

#include <dlfcn.h>

#include <cstdint>

namespace lockdep::kernel {

constinit ClassKeys class_keys;

bool IsStatic(const void* address) {
  dl_find_object module;
  return _dl_find_object(const_cast<void*>(address), &module) == 0;
}

lock_class_key** ClassKeys::Find(const lock_class_key& key) {
  const uint64_t mixed = reinterpret_cast<uintptr_t>(&key) * 0x9e3779b97f4a7c15u;
  lock_class_key** link = &buckets_[mixed >> 54];
  static_assert(kBuckets == uint64_t{1} << (64 - 54));
  while (*link != nullptr && *link != &key) link = &(*link)->next_key;
  return link;
}

bool ClassKeys::Add(lock_class_key& key) {
  internal::RawLockHolder lock(lock_);
  lock_class_key** link = Find(key);
  if (*link != nullptr) return false;
  key.next_key = nullptr;
  *link = &key;
  return true;
}

bool ClassKeys::Remove(lock_class_key& key) {
  internal::RawLockHolder lock(lock_);
  lock_class_key** link = Find(key);
  if (*link == nullptr) return false;
  *link = key.next_key;
  key.next_key = nullptr;
  return true;
}

bool ClassKeys::Contains(const lock_class_key& key) {
  internal::RawLockHolder lock(lock_);
  return *Find(key) != nullptr;
}

}  // namespace lockdep::kernel
