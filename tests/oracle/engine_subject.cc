#include "tests/oracle/engine_subject.h"

namespace lockdep::oracle {
namespace {

// Programs that share a validator before it is replaced by a fresh one.
constexpr uint64_t kProgramsPerValidator = 400;

const char* NameOfLetter(uint8_t letter) {
  static const auto names = [] {
    std::array<std::array<char, 2>, kLetters> result{};
    for (uint8_t i = 0; i < kLetters; ++i) result[i] = {static_cast<char>('A' + i), '\0'};
    return result;
  }();
  return names[letter].data();
}

Edge ToEdge(ClassName from, ClassName to, DependencyKind kind) {
  return {.from = from,
          .to = to,
          .shared = kind == DependencyKind::kSR || kind == DependencyKind::kSN,
          .recursive = kind == DependencyKind::kSR || kind == DependencyKind::kER};
}

}  // namespace

void Told::Clear() {
  findings.clear();
  cycles.clear();
  dependencies.clear();
}

EngineSubject::EngineSubject(const std::vector<DeclaredLetters>& declared) {
  for (const DeclaredLetters& arc : declared) {
    declared_.push_back({NameOfLetter(arc.from), NameOfLetter(arc.to), "declared"});
  }
  MakeValidator();
}

void EngineSubject::MakeValidator() {
  names_ = {{}};
  threads_ = {};
  validator_ = std::make_unique<Validator>(
      Validator::Config{.observer = this, .stacks = nullptr, .declared_order = declared_});
}

LockMap& EngineSubject::MapOf(Lock lock) {
  LockMap& map = maps_[lock.letter * kInstances + lock.instance];
  if (map.address != nullptr) return map;
  map.key = {first_key_ + lock.letter};
  map.name = NameOfLetter(lock.letter);
  map.address = &map;
  used_maps_.push_back(&map);
  return map;
}

void EngineSubject::Restart() {
  first_key_ += kLetters;
  if (first_key_ / kLetters % kProgramsPerValidator == 0) MakeValidator();
  for (ThreadContext* thread : threads_) {
    if (thread != nullptr) validator_->ResetHeld(*thread);
  }
  for (LockMap* map : used_maps_) {
    map->address = nullptr;
    for (auto& cached : map->class_cache) cached.store(ClassId::kNone, std::memory_order_relaxed);
  }
  used_maps_.clear();
}

const Told& EngineSubject::Apply(const Step& step) {
  told_.Clear();
  ThreadContext*& thread = threads_[step.thread];
  if (thread == nullptr) thread = validator_->CreateThread("thread");
  if (thread == nullptr) return told_;  // Memory ended, and that was told.
  switch (step.op) {
    case Op::kAcquire:
      Acquire(*thread, step);
      break;
    case Op::kRelease:
      validator_->Release(*thread, MapOf(step.lock), CallSite{});
      break;
    case Op::kDowngrade:
      validator_->Downgrade(*thread, MapOf(step.lock), ReadMode::kRead, CallSite{});
      break;
    case Op::kCancel:
      validator_->CancelAcquire(*thread, MapOf(step.lock));
      break;
    case Op::kDestroy:
      validator_->DestroyLock(*thread, MapOf(step.lock), CallSite{});
      break;
    case Op::kExit:
      validator_->ReportHeld(*thread, ViolationKind::kHeldAtExit);
      validator_->ResetHeld(*thread);
      break;
    default:
      break;  // ToStep makes no others.
  }
  return told_;
}

void EngineSubject::Acquire(ThreadContext& thread, const Step& step) {
  validator_->Acquire(thread, {.lock = &MapOf(step.lock),
                               .mode = step.mode,
                               .trylock = step.trylock ? TryLock::kYes : TryLock::kNo,
                               .subclass = step.subclass,
                               .nest_lock = step.nest.has_value() ? &MapOf(*step.nest) : nullptr,
                               .site = {}});
}

void EngineSubject::OnClass(const LockClass& lock_class) {
  names_.push_back({static_cast<uint8_t>(lock_class.key.value - first_key_), lock_class.subclass});
}

void EngineSubject::OnDependency(const lockdep::Dependency& edge, const Witness& witness) {
  told_.dependencies.push_back(ToEdge(NameOf(edge.from), NameOf(edge.to), witness.kind));
}

void EngineSubject::OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc&) {
  told_.dependencies.push_back(ToEdge(NameOf(from), NameOf(to), DependencyKind::kEN));
}

void EngineSubject::OnViolation(const Violation& violation) {
  if (violation.kind != ViolationKind::kLockOrderInversion &&
      violation.kind != ViolationKind::kDeclaredOrderViolation) {
    told_.findings.push_back({violation.kind, NameOf(violation.lock.class_id)});
    return;
  }
  ToldCycle cycle{.kind = violation.kind, .steps = {}};
  for (const ViolationEdge& edge : violation.edges) {
    cycle.steps.push_back({NameOf(edge.from), edge.from_mode, NameOf(edge.to), edge.to_mode});
  }
  told_.cycles.push_back(cycle);
}

void EngineSubject::OnStopped(const char* reason) { stopped_.emplace_back(reason); }

}  // namespace lockdep::oracle
