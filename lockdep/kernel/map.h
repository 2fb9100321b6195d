// Lock maps and class keys: what a lock tells the validator about itself.
//
// Source: linux v6.12 include/linux/lockdep_types.h, lockdep.h.

#ifndef LOCKDEP_KERNEL_MAP_H_
#define LOCKDEP_KERNEL_MAP_H_

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_LOCKDEP_SUBCLASSES 8UL

// How a lock waits, strictest first.  A lock that waits in one way must not be
// taken where only stricter ways are allowed.
enum lockdep_wait_type {
  LD_WAIT_INV = 0,  // Not checked.
  LD_WAIT_FREE,     // Never waits: RCU read sections.
  LD_WAIT_SPIN,     // Spins: raw_spinlock_t.
  LD_WAIT_CONFIG,   // Spins, or sleeps where everything is preemptible: spinlock_t.
  LD_WAIT_SLEEP,    // Sleeps: struct mutex.
  LD_WAIT_MAX,
};

enum lockdep_lock_type {
  LD_LOCK_NORMAL = 0,
  LD_LOCK_PERCPU,         // A local lock: orders nothing across contexts.
  LD_LOCK_WAIT_OVERRIDE,  // No lock: changes the wait type that is allowed.
  LD_LOCK_MAX,
};

// What reports call it; rules do not ask.  Not of the kernel.
enum lockdep_lock_kind {
  LOCKDEP_KIND_UNKNOWN = 0,
  LOCKDEP_KIND_MUTEX,
  LOCKDEP_KIND_RECURSIVE_MUTEX,
  LOCKDEP_KIND_RWLOCK,
  LOCKDEP_KIND_SPINLOCK,
};

// Identifies a lock class by its address.  In static memory it needs nothing;
// elsewhere it must be registered before use, and unregistered before its
// memory ends.
struct lock_class_key {
  char of_no_meaning;
};

// Part of every lock, usually called dep_map.  All zero but for the fields of
// STATIC_LOCKDEP_MAP_INIT is fine for a lock in static memory; any other is
// initialised by lockdep_init_map_type().
struct lockdep_map {
  struct lock_class_key* key;
  const char* name;
  unsigned char wait_type_outer;  // Where it can be taken; 0: as inner.
  unsigned char wait_type_inner;  // How its holder may wait.
  unsigned char lock_type;
  unsigned char kind;      // enum lockdep_lock_kind.
  unsigned char subclass;  // Private: what subclass 0 stands for.
  unsigned int state;      // Private.
  // Private: the engine's LockMap.
  unsigned char map[80] __attribute__((aligned(8)));
};

#define STATIC_LOCKDEP_MAP_INIT(map_name, map_key) \
  { .key = (struct lock_class_key*)(map_key), .name = (map_name), }

// The class that takes part in no rule but release and lifetime.
extern struct lock_class_key __lockdep_no_validate__;
// The class whose locks are not even remembered.
extern struct lock_class_key __lockdep_no_track__;

// Two keys that the kernel does not have.  With the first, all locks of one name
// are one class, whoever initialises them.  With the second, a lock is a class of
// its own; `name` may be null then.  Both may stand in static initialisers of
// locks that are not static.
extern struct lock_class_key __lockdep_class_of_name__;
extern struct lock_class_key __lockdep_class_of_lock__;

// Gives a lock its class; also makes a lock new that was used before.  `name`
// must live as long as the program.  Preconditions, reported when broken
// (invalid-lock-state): `name` and `key` are not null, the key is in static
// memory or registered, and `subclass` is below MAX_LOCKDEP_SUBCLASSES.
void lockdep_init_map_type(struct lockdep_map* lock, const char* name, struct lock_class_key* key,
                           int subclass, unsigned char inner, unsigned char outer,
                           unsigned char lock_type);

static inline void lockdep_init_map_waits(struct lockdep_map* lock, const char* name,
                                          struct lock_class_key* key, int subclass,
                                          unsigned char inner, unsigned char outer) {
  lockdep_init_map_type(lock, name, key, subclass, inner, outer, LD_LOCK_NORMAL);
}

static inline void lockdep_init_map_wait(struct lockdep_map* lock, const char* name,
                                         struct lock_class_key* key, int subclass,
                                         unsigned char inner) {
  lockdep_init_map_waits(lock, name, key, subclass, inner, LD_WAIT_INV);
}

static inline void lockdep_init_map(struct lockdep_map* lock, const char* name,
                                    struct lock_class_key* key, int subclass) {
  lockdep_init_map_wait(lock, name, key, subclass, LD_WAIT_INV);
}

// Give a lock another class before it is used: too many locks share one, or too
// few.  `lock` is a pointer to what has a dep_map.
#define lockdep_set_class(lock, key_) lockdep_set_class_and_name(lock, key_, #key_)
#define lockdep_set_class_and_name(lock, key_, name_)                                      \
  lockdep_init_map_type(&(lock)->dep_map, name_, key_, 0, (lock)->dep_map.wait_type_inner, \
                        (lock)->dep_map.wait_type_outer, (lock)->dep_map.lock_type)
#define lockdep_set_class_and_subclass(lock, key_, subclass_)                             \
  lockdep_init_map_type(&(lock)->dep_map, #key_, key_, (subclass_),                       \
                        (lock)->dep_map.wait_type_inner, (lock)->dep_map.wait_type_outer, \
                        (lock)->dep_map.lock_type)
#define lockdep_set_subclass(lock, subclass_)                                                     \
  lockdep_init_map_type(&(lock)->dep_map, (lock)->dep_map.name, (lock)->dep_map.key, (subclass_), \
                        (lock)->dep_map.wait_type_inner, (lock)->dep_map.wait_type_outer,         \
                        (lock)->dep_map.lock_type)
#define lockdep_set_novalidate_class(lock) \
  lockdep_set_class_and_name(lock, &__lockdep_no_validate__, #lock)
#define lockdep_set_notrack_class(lock) \
  lockdep_set_class_and_name(lock, &__lockdep_no_track__, #lock)

#define lockdep_match_class(lock, key_) lockdep_match_key(&(lock)->dep_map, key_)
static inline int lockdep_match_key(const struct lockdep_map* lock,
                                    const struct lock_class_key* key) {
  return lock->key == key;
}

// A copy of a lock's map is another lock of its class.
static inline void lockdep_copy_map(struct lockdep_map* to, const struct lockdep_map* from) {
  *to = *from;
}

// For a key outside static memory.  Reported (invalid-lock-state): a key in
// static memory, one that is registered already, one that is not when it is
// unregistered.  Unregistering forgets the key's class and all it was part of;
// that this thread holds one of its locks then is reported (held-lock-destroyed).
void lockdep_register_key(struct lock_class_key* key);
void lockdep_unregister_key(struct lock_class_key* key);

// Forgets the classes of all keys in this memory, as when a module is unloaded.
void lockdep_free_key_range(void* start, unsigned long size);
// Forgets the class of this lock.
void lockdep_reset_lock(struct lockdep_map* lock);

#ifdef __cplusplus
}
#endif

#endif  // LOCKDEP_KERNEL_MAP_H_
