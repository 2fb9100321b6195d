#include "lockdep/report/class_namer.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lockdep/record/base_name.h"
#include "lockdep/report/frames.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

// For a sentence: "recursive mutex".
std::string KindWords(LockKind kind) { return absl::StrReplaceAll(KindName(kind), {{"-", " "}}); }

// The module that a class is named in, or null: such a name is nobody's.
const record::Module* ModuleOf(const record::Recording& recording,
                               const record::ClassEntry& entry) {
  const int32_t module = entry.origin.module;
  const bool is_named = entry.origin_kind == ClassOrigin::kNamed;
  if (is_named || module == record::Address::kNoModule) return nullptr;
  return &recording.modules[static_cast<size_t>(module)];
}

// "+16": `origin` is where an object was allocated that holds the locks so many bytes from its
// start.
bool IsInObject(const record::ClassEntry& entry) {
  return entry.origin_kind == ClassOrigin::kFirstUse && absl::StartsWith(entry.name, "+");
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
    case LockKind::kBinarySemaphore:
      return "binary-semaphore";
    case LockKind::kOnce:
      return "once";
    case LockKind::kFileLock:
      return "file-lock";
    case LockKind::kStream:
      return "stream";
    case LockKind::kLoader:
      return "loader";
    case LockKind::kSemaphore:
      return "semaphore";
    case LockKind::kCondition:
      return "condition";
    case LockKind::kBarrier:
      return "barrier";
    case LockKind::kThread:
      return "thread";
  }
  return "lock";
}

bool IsEventKind(std::string_view name) {
  for (int kind = static_cast<int>(LockKind::kSemaphore); kind <= static_cast<int>(kLastLockKind);
       ++kind) {
    if (name == KindName(static_cast<LockKind>(kind))) return true;
  }
  return false;
}

// A class knows one address only; if that is inside a lock wrapper, a stack of the
// class that passed there knows its callers.
Stack ClassNamer::FramesFrom(const record::Recording& recording, const record::ClassEntry& entry) {
  Stack frames = symbolizer_.Call(recording, entry.origin);
  if (HasSite(frames)) return frames;
  std::vector<StackId>& stacks = stacks_[entry.id];
  stacks.insert(stacks.begin(), entry.origin_stack);
  for (const StackId id : stacks) {
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
  if (entry.origin.value == 0) return {kind, kind, ""};
  const Stack frames = FramesFrom(recording, entry);
  // That some lock function took it says nothing.
  if (!HasSite(frames)) return {kind, kind, ""};
  const Frame site = SiteOf(frames);
  if (entry.origin_kind == ClassOrigin::kInitSite) {
    const char* made = entry.kind == LockKind::kThread ? " created " : " initialised ";
    const std::string stable = absl::StrCat(kind, made, "in ", StableFunction(site));
    return {absl::StrCat(kind, made, InPlace(site)), stable, stable};
  }
  if (IsInObject(entry)) {
    const std::string stable =
        absl::StrCat(kind, " in object allocated in ", StableFunction(site), " ", entry.name);
    return {absl::StrCat(kind, " in object allocated ", InPlace(site), " ", entry.name), stable,
            stable};
  }
  // Who comes first may change from run to run.
  return {absl::StrCat(kind, " first locked ", InPlace(site)), kind, ""};
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
      return {name, name, entry.name.empty() ? "" : name};
    }
    case ClassOrigin::kStaticAddress: {
      const std::string symbol = symbolizer_.Object(recording, entry.origin);
      if (!symbol.empty()) return {symbol, symbol, symbol};
      const std::string name =
          absl::StrCat(KindWords(entry.kind), " at ", ModuleOffset(recording, entry.origin));
      return {name, name, ""};
    }
    case ClassOrigin::kInitSite:
    case ClassOrigin::kFirstUse:
      // An address inside a lock wrapper is the same for all its callers.
      return HasSite(symbolizer_.Call(recording, entry.origin)) && !IsInObject(entry)
                 ? CachedSite(recording, entry)
                 : DescribeSite(recording, entry);
  }
  return {};
}

std::string ClassNamer::MakeUnique(const std::string& name, const record::Module* module) {
  std::string file, build;
  if (module != nullptr) {
    file = module->has_namesake ? module->path : record::BaseName(module->path);
    build = absl::StrCat(module->path.size(), ":", module->path, module->build_id);
  }
  // Each build has used all numbers before its next.
  for (int& number = next_number_[absl::StrCat(build, "\n", name)];; ++number) {
    std::string candidate = number == 0 ? name : absl::StrCat(name, " #", number + 1);
    const auto [owner, is_new] = owners_.try_emplace(candidate, Owner{file, {}});
    if (!is_new && (file.empty() || owner->second.file != file)) continue;
    if (owner->second.builds.insert(build).second) return candidate;
  }
}

ClassNames ClassNamer::Name(const record::Recording& recording) {
  ClassNames names;
  owners_.clear();
  next_number_.clear();
  sites_.clear();
  stacks_ = StacksOfClasses(recording);
  for (const record::ClassEntry& entry : recording.classes) {
    ClassName name = Describe(recording, entry);
    if (entry.subclass != 0) {
      absl::StrAppend(&name.shown, "/", entry.subclass);
      absl::StrAppend(&name.stable, "/", entry.subclass);
    }
    name.shown = MakeUnique(name.shown, ModuleOf(recording, entry));
    names.emplace(entry.id, std::move(name));
  }
  return names;
}

}  // namespace lockdep::report
