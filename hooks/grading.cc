#include "hooks/grading.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "hooks/lock_identity.h"
#include "hooks/session.h"

namespace lockdep::hooks {

constinit Grading grading;

struct Grading::Kept {
  Kept* next;
  Violation told;
  ViolationEdge edges[kMostSteps];
  ViolationLock held[kMostHeld];
  DependencyName names[kMostSteps];
};

// The choice of one occurrence for each step.
struct Grading::Search {
  const OccurrenceList* steps[kMostSteps];
  const Occurrence* chosen[kMostSteps];
  size_t size = 0;
  int patience = 20'000;
  Grade* grade;  // Gets what was in the way.
};

namespace {

constexpr size_t kPage = 4096;

// Of a step that nobody noted everything is possible.
constinit const OccurrenceList kUnknownStep = {
    .name = {}, .count = 1, .occurrences = {{.kinds = 0xf, .gates = {}}}};

bool IsCycle(const Violation& violation) {
  return violation.kind == ViolationKind::kLockOrderInversion ||
         violation.kind == ViolationKind::kWaitWhileHolding;
}

// Steps within a class are named by their locks (nesting.cc).
DependencyName NameOf(const ViolationEdge& edge) {
  const LockTable& locks = session().locks();
  if (edge.from == edge.to)
    return {locks.InstanceAt(edge.from_lock), locks.InstanceAt(edge.to_lock)};
  const ClassRegistry& classes = session().validator().classes();
  return {classes.Get(edge.from).key, classes.Get(edge.to).key};
}

// The life of its thread, if its creator holds gates on its behalf.
const ThreadLife* InheritsFrom(const Occurrence& occurrence) {
  if (occurrence.is_past || occurrence.first == nullptr) return nullptr;
  const ThreadLife* life = occurrence.first->life;
  return life != nullptr && thread_order.IsHeldOn(*life) ? life : nullptr;
}

// One hold of their creator stands behind both: it keeps them from nobody else's steps only.
bool IsSameHold(const ThreadLife& one, const ThreadLife& other) {
  return one.created_in->thread == other.created_in->thread &&
         one.creator_acquisitions == other.creator_acquisitions;
}

Exclusion OrderOf(const Occurrence& one, const Occurrence& other) {
  const auto is_ordered = [&](Meeting over) {
    return thread_order.IsBefore(*one.last, *other.first, over) ||
           thread_order.IsBefore(*other.last, *one.first, over);
  };
  if (is_ordered(Meeting::kCreateJoin)) return Exclusion::kOrdered;
  if (is_ordered(Meeting::kBarrier)) return Exclusion::kOrderedByBarrier;
  return is_ordered(Meeting::kCondition) ? Exclusion::kOrderedByCondition : Exclusion::kNone;
}

Exclusion ExclusionOf(Harmless harmless) {
  switch (harmless) {
    case Harmless::kNo:
      break;
    case Harmless::kUnpublished:
      return Exclusion::kUnpublished;
    case Harmless::kAnnouncedEnd:
      return Exclusion::kAnnouncedEnd;
  }
  return Exclusion::kNone;
}

bool IsStrong(std::span<const Occurrence* const> steps) {
  bool arrives_weakly = ReachesWeakly(steps.back()->kinds);
  for (const Occurrence* step : steps) {
    const DependencyMask open = StrongContinuations(step->kinds, arrives_weakly);
    if (open == 0) return false;
    arrives_weakly = ReachesWeakly(open);
  }
  return true;
}

const char* WordFor(Exclusion exclusion) {
  switch (exclusion) {
    case Exclusion::kNone:
      break;
    case Exclusion::kSameThread:
      return "same-thread";
    case Exclusion::kGateLock:
      return "gate-lock";
    case Exclusion::kOrdered:
      return "ordered-by-create-join";
    case Exclusion::kOrderedByBarrier:
      return "ordered-by-barrier";
    case Exclusion::kOrderedByCondition:
      return "ordered-by-condition";
    case Exclusion::kUnpublished:
      return "unpublished-object";
    case Exclusion::kAnnouncedEnd:
      return "announced-end";
  }
  return "";
}

}  // namespace

void Grade::Add(const ViolationReason& reason) {
  for (size_t i = 0; i < reason_count; ++i) {
    if (reasons[i].text == reason.text && reasons[i].class_id == reason.class_id) return;
  }
  if (reason_count < kMostReasons) reasons[reason_count++] = reason;
}

void Grade::Drop(const char* text) {
  const ViolationReason* end =
      std::remove_if(reasons, reasons + reason_count,
                     [&](const ViolationReason& reason) { return reason.text == text; });
  reason_count = static_cast<size_t>(end - reasons);
}

ClassKey Grading::FindGate(const Gates& ours, const Gates& theirs) const {
  for (const Gate one : ours) {
    for (const Gate other : theirs) {
      if (one.Excludes(other) && !shared_.Contains(one.key().value)) return one.key();
    }
  }
  return {};
}

ClassKey Grading::FindGateBetween(const Occurrence& one, const Occurrence& other) const {
  const ThreadLife* const ours = InheritsFrom(one);
  const ThreadLife* const theirs = InheritsFrom(other);
  ClassKey gate = FindGate(one.gates, other.gates);
  if (gate == ClassKey{} && ours != nullptr) gate = FindGate(ours->gates, other.gates);
  if (gate == ClassKey{} && theirs != nullptr) gate = FindGate(one.gates, theirs->gates);
  if (gate == ClassKey{} && ours != nullptr && theirs != nullptr && !IsSameHold(*ours, *theirs)) {
    gate = FindGate(ours->gates, theirs->gates);
  }
  return gate;
}

Exclusion Grading::Compare(const Occurrence& one, const Occurrence& other, ClassKey* gate) const {
  if (one.thread != ThreadId::kNone && one.thread == other.thread) return Exclusion::kSameThread;
  *gate = FindGateBetween(one, other);
  if (*gate != ClassKey{}) return Exclusion::kGateLock;
  if (one.first == nullptr || other.first == nullptr) return Exclusion::kNone;
  return OrderOf(one, other);
}

// Whether it can happen beside what was chosen for the steps before.
bool Grading::Fits(Search* search, size_t step, const Occurrence& candidate) const {
  Exclusion exclusion = Exclusion::kNone;
  ClassKey gate{};
  for (size_t i = 0; i < step && exclusion == Exclusion::kNone; ++i) {
    exclusion = Compare(*search->chosen[i], candidate, &gate);
  }
  if (exclusion == Exclusion::kNone) exclusion = ExclusionOf(candidate.harmless);
  if (exclusion == Exclusion::kNone) return true;
  const LockClass* about =
      exclusion == Exclusion::kGateLock ? session().validator().classes().Find(gate, 0) : nullptr;
  search->grade->Add({WordFor(exclusion), about == nullptr ? ClassId::kNone : about->id});
  return false;
}

bool Grading::Choose(Search* search, size_t step) const {
  if (step == search->size) return IsStrong({search->chosen, step});
  for (const OccurrenceList* list = search->steps[step]; list != nullptr; list = list->more) {
    for (size_t i = 0; i < list->count; ++i) {
      if (--search->patience < 0) return true;
      search->chosen[step] = &list->occurrences[i];
      if (Fits(search, step, list->occurrences[i]) && Choose(search, step + 1)) return true;
    }
  }
  return false;
}

// Whether the lock must be the very same one: the next step is that of another lock of its
// class, and that says little.
bool Grading::NeedsLink(const ViolationEdge& before, ClassKey key) const {
  if (loose_.Contains(key.value)) return true;
  const LockKind from = session().validator().classes().Get(before.from).kind;
  const bool is_past = from == LockKind::kThread || from == LockKind::kBarrier;
  return is_past && shared_.Contains(key.value);
}

bool Grading::IsLinked(const Violation& told) const {
  const size_t count = told.edges.size();
  for (size_t i = 0; i < count; ++i) {
    const ViolationEdge& next = told.edges[(i + 1) % count];
    const ClassKey key = session().validator().classes().Get(next.from).key;
    if (told.edges[i].to_lock != next.from_lock && NeedsLink(told.edges[i], key)) return false;
  }
  return true;
}

void Grading::GradeCycle(Violation* told, Grade* grade) {
  if (!IsCycle(*told) || told->edges.empty() || told->edges.size() > kMostSteps) return;
  DependencyName names[kMostSteps];
  for (size_t i = 0; i < told->edges.size(); ++i) names[i] = NameOf(told->edges[i]);
  if (!GradeSteps(names, told, grade)) Keep(*told, names);
}

bool Grading::GradeSteps(const DependencyName* names, Violation* told, Grade* grade) const {
  if (gave_up_) return true;
  Search search{.steps = {}, .chosen = {}, .size = told->edges.size(), .grade = grade};
  for (size_t i = 0; i < search.size; ++i) {
    const OccurrenceList* known = occurrences_.Find(names[i]);
    search.steps[i] = known != nullptr ? known : &kUnknownStep;
  }
  const bool is_feasible = Choose(&search, 0);
  if (is_feasible) grade->reason_count = 0;
  if (is_feasible && !IsLinked(*told)) grade->Add({"weak-class", ClassId::kNone});
  if (grade->reason_count == 0) {
    ShowThreads(search, told, grade);
    return true;
  }
  // That one thread cannot take two steps at once says nothing if others took them too.
  if (grade->reason_count > 1) grade->Drop(WordFor(Exclusion::kSameThread));
  told->level = Level::kNote;
  told->reasons = {grade->reasons, grade->reason_count};
  return is_feasible;
}

// Those that can meet, who need not be those that were seen first.
void Grading::ShowThreads(const Search& search, Violation* told, Grade* grade) {
  for (size_t i = 0; i < search.size; ++i) {
    grade->edges[i] = told->edges[i];
    const ThreadId thread = search.chosen[i]->thread;
    if (thread != ThreadId::kNone) grade->edges[i].thread = thread;
  }
  told->edges = {grade->edges, search.size};
}

// Without memory it stays the note that it was.
void Grading::Keep(const Violation& told, const DependencyName* names) {
  static_assert(sizeof(Kept) <= kPage);
  void* page = told.held.size() > kMostHeld ? nullptr : MapPages(kPage, Pages::kCommit);
  if (page == nullptr) return;
  auto* kept = new (page) Kept{.next = kept_, .told = told, .edges = {}, .held = {}, .names = {}};
  std::copy(told.edges.begin(), told.edges.end(), kept->edges);
  std::copy(told.held.begin(), told.held.end(), kept->held);
  kept->told.edges = {kept->edges, told.edges.size()};
  kept->told.held = {kept->held, told.held.size()};
  kept->told.reasons = {};
  kept->told.level = Level::kFeasible;
  kept_ = kept;
  std::copy(names, names + told.edges.size(), kept->names);
  for (size_t i = 0; i < told.edges.size(); ++i) {
    OccurrenceList* list = occurrences_.Find(names[i]);
    if (list != nullptr) list->is_watched = true;
  }
}

bool Grading::Note(const DependencyName& name, const Occurrence& seen) {
  bool is_news = false;
  const OccurrenceList* list = occurrences_.Note(name, seen, &is_news);
  return list != nullptr && is_news && list->is_watched;
}

bool Grading::GiveUp() {
  if (gave_up_) return false;
  gave_up_ = true;
  return kept_ != nullptr;
}

bool Grading::NoteShared(ClassKey key, bool is_loose) {
  if (is_loose && !loose_.Contains(key.value)) loose_.Insert(key.value);
  if (shared_.Contains(key.value)) return false;
  shared_.Insert(key.value);
  return kept_ != nullptr;
}

void Grading::TellAgain(void (*tell)(const Violation& violation)) {
  for (Kept** at = &kept_; *at != nullptr;) {
    Kept* const kept = *at;
    Violation violation = kept->told;
    Grade grade;
    if (!GradeSteps(kept->names, &violation, &grade)) {
      at = &kept->next;
      continue;
    }
    tell(violation);
    *at = kept->next;
    munmap(kept, kPage);
  }
}

}  // namespace lockdep::hooks
