#include "lockdep/report/class_namer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

// For a sentence: "recursive mutex".
std::string KindWords(LockKind kind) { return absl::StrReplaceAll(KindName(kind), {{"-", " "}}); }

std::string ModulePath(const record::Recording& recording, const record::Address& address) {
  return address.module == record::Address::kNoModule ? "" : recording.modules[address.module].path;
}

// What tells a class apart from all others, in every recording of the program.
std::string IdentityOf(const record::Recording& recording, const record::ClassEntry& entry) {
  std::string identity =
      absl::StrCat(static_cast<int>(entry.kind), ":", static_cast<int>(entry.origin_kind), ":",
                   entry.subclass, ":", entry.name);
  if (entry.origin_kind == ClassOrigin::kNamed) return absl::StrCat(identity, ":", entry.key);
  const record::Address& origin = entry.origin;
  if (origin.module == record::Address::kNoModule) {
    return absl::StrCat(identity, ":", entry.key, ":", origin.value);
  }
  const record::Module& module = recording.modules[origin.module];
  return absl::StrCat(identity, ":", module.path, ":", module.build_id, ":",
                      origin.value - module.bias);
}

// The stacks on which locks of each class were taken, in the order of the file.
absl::flat_hash_map<ClassId, std::vector<StackId>> StacksOfClasses(
    const record::Recording& recording) {
  absl::flat_hash_map<ClassId, std::vector<StackId>> stacks;
  for (const record::DependencyEntry& entry : recording.dependencies) {
    stacks[entry.from].push_back(entry.from_stack);
    stacks[entry.to].push_back(entry.to_stack);
  }
  for (const record::ViolationEntry& violation : recording.violations) {
    stacks[violation.lock.class_id].push_back(violation.lock.stack);
  }
  return stacks;
}

}  // namespace

const char* KindName(LockKind kind) {
  switch (kind) {
    case LockKind::kUnknown:
      return "lock";
    case LockKind::kMutex:
      return "mutex";
    case LockKind::kRecursiveMutex:
      return "recursive-mutex";
    case LockKind::kRwLock:
      return "rwlock";
    case LockKind::kSpinLock:
      return "spinlock";
    case LockKind::kRwSemaphore:
      return "rw-semaphore";
    case LockKind::kBitLock:
      return "bit-lock";
    case LockKind::kRefcount:
      return "refcount";
    case LockKind::kPseudo:
      return "pseudo-lock";
  }
  return "lock";
}

// A class knows one address only; if that is inside a lock wrapper, a stack of the
// class that passed there knows its callers.
Stack ClassNamer::FramesFrom(const record::Recording& recording, const record::ClassEntry& entry) {
  Stack frames = symbolizer_.Call(recording, entry.origin);
  if (HasSite(frames)) return frames;
  for (const StackId id : stacks_[entry.id]) {
    const record::StackEntry* stack = recording.FindStack(id);
    if (stack == nullptr) continue;
    auto pc = std::find(stack->pcs.begin(), stack->pcs.end(), entry.origin);
    if (pc == stack->pcs.end()) continue;
    for (++pc; pc != stack->pcs.end(); ++pc) {
      const Stack& outer = symbolizer_.Call(recording, *pc);
      frames.insert(frames.end(), outer.begin(), outer.end());
    }
    break;
  }
  return frames;
}

ClassName ClassNamer::DescribeSite(const record::Recording& recording,
                                   const record::ClassEntry& entry) {
  const std::string kind = KindWords(entry.kind);
  if (entry.origin.value == 0) return {kind, kind};
  const Stack frames = FramesFrom(recording, entry);
  // That some lock function took it says nothing.
  if (!HasSite(frames)) return {kind, kind};
  const Frame site = SiteOf(frames);
  if (entry.origin_kind == ClassOrigin::kInitSite) {
    return {absl::StrCat(kind, " initialised ", InPlace(site)),
            absl::StrCat(kind, " initialised in ", StableFunction(site))};
  }
  // Who comes first may change from run to run.
  return {absl::StrCat(kind, " first locked ", InPlace(site)), kind};
}

const ClassName& ClassNamer::CachedSite(const record::Recording& recording,
                                        const record::ClassEntry& entry) {
  const auto [site, is_new] =
      sites_.try_emplace({entry.kind, entry.origin_kind, entry.origin.value});
  if (is_new) site->second = DescribeSite(recording, entry);
  return site->second;
}

ClassName ClassNamer::Describe(const record::Recording& recording,
                               const record::ClassEntry& entry) {
  switch (entry.origin_kind) {
    case ClassOrigin::kNamed: {
      const std::string name = entry.name.empty() ? KindWords(entry.kind) : ValidUtf8(entry.name);
      return {name, name};
    }
    case ClassOrigin::kStaticAddress: {
      std::string name = symbolizer_.Object(recording, entry.origin);
      if (name.empty()) {
        name = absl::StrCat(KindWords(entry.kind), " at ", ModuleOffset(recording, entry.origin));
      }
      return {name, name};
    }
    case ClassOrigin::kInitSite:
    case ClassOrigin::kFirstUse:
      // An address inside a lock wrapper is the same for all its callers.
      return HasSite(symbolizer_.Call(recording, entry.origin)) ? CachedSite(recording, entry)
                                                                : DescribeSite(recording, entry);
  }
  return {};
}

std::string ClassNamer::MakeUnique(const std::string& name, const std::string& identity,
                                   const std::string& module) {
  const auto known = name_of_identity_.find(identity);
  if (known != name_of_identity_.end() && used_here_.insert(known->second).second) {
    return known->second;
  }
  // What was refused once stays so: names are only ever added.
  int& number = last_number_[{name, module}];
  for (;;) {
    ++number;
    std::string candidate = number == 1 ? name : absl::StrCat(name, " #", number);
    if (used_here_.contains(candidate)) continue;
    const auto [owner, is_new] = module_of_name_.try_emplace(candidate, module);
    if (!is_new && owner->second != module) continue;
    used_here_.insert(candidate);
    name_of_identity_.try_emplace(identity, candidate);
    return candidate;
  }
}

ClassNames ClassNamer::Name(const record::Recording& recording) {
  ClassNames names;
  used_here_.clear();
  last_number_.clear();
  sites_.clear();
  stacks_ = StacksOfClasses(recording);
  for (const record::ClassEntry& entry : recording.classes) {
    ClassName name = Describe(recording, entry);
    if (entry.subclass != 0) {
      absl::StrAppend(&name.shown, "/", entry.subclass);
      absl::StrAppend(&name.stable, "/", entry.subclass);
    }
    const bool is_named = entry.origin_kind == ClassOrigin::kNamed;
    name.shown = MakeUnique(name.shown, IdentityOf(recording, entry),
                            is_named ? "" : BaseName(ModulePath(recording, entry.origin)));
    names.emplace(entry.id, std::move(name));
  }
  return names;
}

}  // namespace lockdep::report
