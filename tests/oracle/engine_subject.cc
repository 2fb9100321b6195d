#include "tests/oracle/engine_subject.h"

#include <algorithm>
#include <string_view>

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
  interruptions.clear();
  dependencies.clear();
}

EngineSubject::EngineSubject(World world) : world_(std::move(world)) {
  for (const DeclaredLetters& arc : world_.declared) {
    declared_.push_back({NameOfLetter(arc.from), NameOfLetter(arc.to), "declared"});
  }
  MakeValidator();
}

void EngineSubject::MakeValidator() {
  names_ = {{}};
  threads_ = {};
  validator_ =
      std::make_unique<Validator>(Validator::Config{.observer = this,
                                                    .stacks = nullptr,
                                                    .declared_order = declared_,
                                                    .context_names = testing::kContextNames,
                                                    .handlers_are_excluded = true});
}

ThreadContext* EngineSubject::CreateThread() {
  ThreadContext* thread = validator_->CreateThread("thread");
  if (thread != nullptr && world_.contexts) {
    validator_->SetContexts(*thread, testing::kStart, CallSite{});
  }
  return thread;
}

LockMap& EngineSubject::MapOf(Lock lock) {
  LockMap& map = maps_[lock.letter * kInstances + lock.instance];
  if (map.address != nullptr) return map;
  map.key = {first_key_ + lock.letter};
  map.name = NameOfLetter(lock.letter);
  map.address = &map;
  map.wait_inner = world_.WaitOf({lock.letter, 0});
  map.role = world_.RoleOf({lock.letter, 0});
  used_maps_.push_back(&map);
  return map;
}

void EngineSubject::Restart() {
  first_key_ += kLetters;
  if (first_key_ / kLetters % kProgramsPerValidator == 0) MakeValidator();
  for (ThreadContext* thread : threads_) {
    if (thread == nullptr) continue;
    validator_->ResetHeld(*thread);
    if (world_.contexts) validator_->SetContexts(*thread, testing::kStart, CallSite{});
  }
  for (Braces& braces : braces_) braces = {};
  told_connections_.clear();
  ends_ = {};
  for (LockMap* map : used_maps_) {
    map->address = nullptr;
    for (auto& cached : map->class_cache) cached.store(ClassId::kNone, std::memory_order_relaxed);
  }
  used_maps_.clear();
}

const Told& EngineSubject::Apply(const Step& step) {
  told_.Clear();
  ThreadContext*& thread = threads_[step.thread];
  if (thread == nullptr) thread = CreateThread();
  if (thread == nullptr) return told_;  // Memory ended, and that was told.
  if (!MoveTo(*thread, step) && !EndLock(*thread, step)) ApplyToHeld(*thread, step);
  return told_;
}

// The events that name no lock; returns whether this is one.
bool EngineSubject::MoveTo(ThreadContext& thread, const Step& step) {
  Braces& braces = braces_[step.thread];
  switch (step.op) {
    case Op::kEnter:
      braces.interrupted.push_back(thread.contexts);
      validator_->SetContexts(thread, testing::Enter(step.context, thread.contexts), CallSite{});
      return true;
    case Op::kLeave:
      if (braces.interrupted.empty()) return true;
      validator_->SetContexts(thread, braces.interrupted.back(), CallSite{});
      braces.interrupted.pop_back();
      return true;
    case Op::kExit:
      validator_->ReportHeld(thread, ViolationKind::kHeldAtExit);
      validator_->ResetHeld(thread);
      braces.pins.Clear();
      return true;
    default:
      return false;
  }
}

// The events after which the thread holds a lock no longer; returns whether this is one.
bool EngineSubject::EndLock(ThreadContext& thread, const Step& step) {
  const LockMap& lock = MapOf(step.lock);
  switch (step.op) {
    case Op::kRelease:
      validator_->Release(thread, lock, CallSite{});
      break;
    case Op::kCancel:
      validator_->CancelAcquire(thread, lock);
      break;
    case Op::kDestroy:
      validator_->DestroyLock(thread, lock, CallSite{});
      break;
    default:
      return false;
  }
  braces_[step.thread].pins.Forget(&lock);
  return true;
}

void EngineSubject::ApplyToHeld(ThreadContext& thread, const Step& step) {
  const LockMap& lock = MapOf(step.lock);
  testing::PinBook<const LockMap*>& pins = braces_[step.thread].pins;
  switch (step.op) {
    case Op::kAcquire:
      return validator_->Acquire(thread, AcquisitionOf(step));
    case Op::kSync:
      return validator_->Sync(thread, AcquisitionOf(step));
    case Op::kPin:
      return pins.Note(&lock, validator_->Pin(thread, lock, CallSite{}));
    case Op::kUnpin:
      return validator_->Unpin(thread, lock, pins.TakeBack(&lock), CallSite{});
    case Op::kDowngrade:
      return validator_->Downgrade(thread, lock, ReadMode::kRead, CallSite{});
    case Op::kChangeClass:
      return ChangeClass(thread, step);
    case Op::kEndKeys:
      return EndKeys(thread, step);
    default:
      return;
  }
}

void EngineSubject::ChangeClass(ThreadContext& thread, const Step& step) {
  LockMap& lock = MapOf(step.lock);
  if (step.nest.has_value()) {
    const LockMap& of = MapOf(*step.nest);
    lock.SetClass(of.key, of.name);
    lock.wait_inner = of.wait_inner;
    lock.role = of.role;
  }
  validator_->ChangeClass(thread, lock, step.subclass, CallSite{});
}

// One key as a dynamic one that is unregistered, several as those of a module.
void EngineSubject::EndKeys(ThreadContext& thread, const Step& step) {
  uint64_t count = 0;
  for (uint8_t letter = 0; letter < kLetters; ++letter) {
    count += step.Ends(letter);
    ends_[letter] += step.Ends(letter);
  }
  const ClassKey first{first_key_ + step.lock.letter};
  if (count == 1) {
    validator_->RegisterKey(first);
    validator_->UnregisterKey(thread, first, CallSite{});
  } else if (count != 0) {
    validator_->ForgetKeys(thread, first, count, CallSite{});
  }
}

Acquisition EngineSubject::AcquisitionOf(const Step& step) {
  return {.lock = &MapOf(step.lock),
          .mode = step.mode,
          .trylock = step.trylock ? TryLock::kYes : TryLock::kNo,
          .check = step.checked ? Check::kFull : Check::kNone,
          .subclass = step.subclass,
          .nest_lock = step.nest.has_value() ? &MapOf(*step.nest) : nullptr,
          .site = {}};
}

void EngineSubject::OnClass(const LockClass& lock_class) {
  const auto letter = static_cast<uint8_t>(lock_class.key.value - first_key_);
  names_.push_back({letter, lock_class.subclass, ends_[letter]});
}

void EngineSubject::OnDependency(const lockdep::Dependency& edge, const Witness& witness) {
  told_.dependencies.push_back(ToEdge(NameOf(edge.from), NameOf(edge.to), witness.kind));
}

void EngineSubject::OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc&) {
  told_.dependencies.push_back(ToEdge(NameOf(from), NameOf(to), DependencyKind::kEN));
}

void EngineSubject::OnViolation(const Violation& violation) {
  std::vector<ToldStep> steps;
  for (const ViolationEdge& edge : violation.edges) {
    steps.push_back({NameOf(edge.from), edge.from_mode, NameOf(edge.to), edge.to_mode});
  }
  switch (violation.kind) {
    case ViolationKind::kLockOrderInversion:
    case ViolationKind::kDeclaredOrderViolation:
      return told_.cycles.push_back({violation.kind, steps});
    case ViolationKind::kInconsistentContext:
    case ViolationKind::kContextInversion:
      return OnInterruption(violation, steps);
    default:
      told_.findings.push_back({violation.kind, NameOf(violation.lock.class_id)});
  }
}

void EngineSubject::OnInterruption(const Violation& violation, const std::vector<ToldStep>& steps) {
  const auto* const name =
      std::ranges::find(testing::kContextNames, std::string_view(violation.context));
  if (name == std::end(testing::kContextNames)) abort();  // No context of this world.
  const int context = static_cast<int>(name - std::begin(testing::kContextNames));
  ToldInterruption told{
      .kind = violation.kind,
      .connection = {NameOf(violation.used.class_id), NameOf(violation.enabled.class_id), context},
      .path = {},
      .again = false};
  told.again = std::find(told_connections_.begin(), told_connections_.end(), told.connection) !=
               told_connections_.end();
  told_connections_.push_back(told.connection);
  for (const ToldStep& step : steps) told.path.push_back(step.edge());
  told_.interruptions.push_back(std::move(told));
}

void EngineSubject::OnStopped(const char* reason) { stopped_.emplace_back(reason); }

}  // namespace lockdep::oracle
