#include "tests/support/event_program.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <iterator>

namespace lockdep::testing {
namespace {

using Op = Event::Op;

// The words of the language and what they stand for.
struct Word {
  std::string_view text;
  Op op;
  ReadMode mode = ReadMode::kWrite;
  TryLock trylock = TryLock::kNo;
  Check check = Check::kFull;
};
constexpr Word kWords[] = {
    {"L", Op::kAcquire},
    {"R", Op::kAcquire, ReadMode::kRead},
    {"RR", Op::kAcquire, ReadMode::kRecursiveRead},
    {"T", Op::kAcquire, ReadMode::kWrite, TryLock::kYes},
    {"TR", Op::kAcquire, ReadMode::kRead, TryLock::kYes},
    {"TRR", Op::kAcquire, ReadMode::kRecursiveRead, TryLock::kYes},
    {"N", Op::kAcquire, ReadMode::kWrite, TryLock::kNo, Check::kNone},
    {"S", Op::kSync},
    {"pin", Op::kPin},
    {"unpin", Op::kUnpin},
    {"U", Op::kRelease},
    {"down", Op::kDowngrade},
    {"cancel", Op::kCancel},
    {"free", Op::kDestroy},
    {"class", Op::kChangeClass},
    {"end", Op::kEndKeys},
    {"exit", Op::kExit},
};

// Those that open a brace.
struct ContextWord {
  std::string_view text;
  Context context;
};
constexpr ContextWord kContextWords[] = {
    {"irq", Context::kIrq}, {"softirq", Context::kSoftirq}, {"irqsave", Context::kIrqSave},
    {"bh", Context::kBh},   {"irqon", Context::kIrqOn},
};

template <typename Words>
auto FindWord(const Words& words, std::string_view text) {
  const auto* word = std::find_if(std::begin(words), std::end(words),
                                  [text](const auto& one) { return one.text == text; });
  return word == std::end(words) ? nullptr : word;
}

std::string_view WordFor(const Event& event) {
  for (const Word& word : kWords) {
    if (word.op != event.op) continue;
    if (event.op != Op::kAcquire) return word.text;
    if (word.mode == event.mode && word.trylock == event.trylock && word.check == event.check) {
      return word.text;
    }
  }
  return "?";
}

std::string BraceFor(const Event& event) {
  if (event.op == Op::kLeave) return "} ";
  const auto* word =
      std::find_if(std::begin(kContextWords), std::end(kContextWords),
                   [&](const ContextWord& one) { return one.context == event.context; });
  return std::string(word->text) + "{ ";
}

bool IsDigit(char c) { return isdigit(static_cast<unsigned char>(c)) != 0; }

bool IsName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
}

// Reads one program from left to right.
class Reader {
 public:
  explicit Reader(std::string_view program) : program_(program) {}

  size_t at() const { return at_; }

  bool ReadAll(std::vector<Event>& events) {
    for (; at_ < program_.size(); ++at_) {
      const char c = program_[at_];
      if (c == ' ' || c == '\n') continue;
      if (c == '|') {
        ReadThread();
      } else if (c == '}') {
        events.push_back({.op = Op::kLeave, .thread = thread_, .lock = {}});
      } else if (!ReadContext(events) && !ReadEvent(events)) {
        return false;
      }
    }
    return true;
  }

 private:
  void ReadThread() {
    size_t number = 0;
    bool numbered = false;
    while (at_ + 1 < program_.size() && IsDigit(program_[at_ + 1]) && number < 1000) {
      number = number * 10 + static_cast<size_t>(program_[++at_] - '0');
      numbered = true;
    }
    thread_ = numbered ? number : thread_ + 1;
  }

  // Leaves `at_` on the brace, or where it was if this is no context.
  bool ReadContext(std::vector<Event>& events) {
    const size_t open = program_.find_first_of("({", at_);
    if (open == std::string_view::npos || program_[open] != '{') return false;
    const ContextWord* word = FindWord(kContextWords, program_.substr(at_, open - at_));
    if (word == nullptr) return false;
    events.push_back({.op = Op::kEnter, .context = word->context, .thread = thread_, .lock = {}});
    at_ = open;
    return true;
  }

  // Leaves `at_` on the closing parenthesis.
  bool ReadEvent(std::vector<Event>& events) {
    const size_t open = program_.find('(', at_);
    const size_t close = program_.find(')', at_);
    if (close == std::string_view::npos || open > close) return false;
    const Word* word = FindWord(kWords, program_.substr(at_, open - at_));
    if (word == nullptr) return false;
    Event event{.op = word->op,
                .mode = word->mode,
                .trylock = word->trylock,
                .check = word->check,
                .thread = thread_,
                .lock = {}};
    if (!ReadLock(program_.substr(open + 1, close - open - 1), event)) return false;
    events.push_back(event);
    at_ = close;
    return true;
  }

  // "A1", "A1/2", "A1,N", "A1/2,N".
  static bool ReadLock(std::string_view argument, Event& event) {
    if (const size_t comma = argument.find(','); comma != std::string_view::npos) {
      event.nest_lock = argument.substr(comma + 1);
      argument = argument.substr(0, comma);
      if (event.nest_lock.empty()) return false;
    }
    if (const size_t slash = argument.find('/'); slash != std::string_view::npos) {
      if (argument.size() != slash + 2 || !IsDigit(argument.back())) return false;
      event.subclass = static_cast<uint8_t>(argument.back() - '0');
      argument = argument.substr(0, slash);
    }
    event.lock = argument;
    return IsName(event.lock) && IsName(event.nest_lock) &&
           event.lock.empty() == (event.op == Op::kExit);
  }

  std::string_view program_;
  size_t at_ = 0;
  size_t thread_ = 0;
};

std::string ClassPart(const std::string& lock) {
  std::string name = lock;
  while (name.size() > 1 && isdigit(static_cast<unsigned char>(name.back()))) name.pop_back();
  return name;
}

const char* KindName(DependencyKind kind) {
  constexpr const char* kNames[] = {"SR", "ER", "SN", "EN"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace

ContextState Enter(Context context, ContextState state) {
  switch (context) {
    case Context::kIrq:
      return {state.in | kHardirqBit, 0, WaitType::kSpin};
    case Context::kSoftirq:
      return {state.in | kSoftirqBit, kHardirqBit, WaitType::kConfig};
    case Context::kIrqSave:
      state.enabled = 0;
      return state;
    case Context::kBh:
      state.enabled &= ~kSoftirqBit;
      return state;
    case Context::kIrqOn:
      state.enabled = kHardirqBit | kSoftirqBit;
      return state;
  }
  return state;
}

std::optional<std::vector<Event>> TryParseEvents(std::string_view program, size_t* column) {
  std::vector<Event> events;
  Reader reader(program);
  if (reader.ReadAll(events)) return events;
  if (column != nullptr) *column = reader.at() + 1;
  return std::nullopt;
}

std::vector<Event> ParseEvents(std::string_view program) {
  size_t column = 0;
  if (std::optional<std::vector<Event>> events = TryParseEvents(program, &column)) return *events;
  std::cerr << "malformed event program at column " << column << ": " << program << "\n";
  std::abort();
}

std::string FormatEvents(const std::vector<Event>& events) {
  std::string text;
  size_t thread = 0;
  for (const Event& event : events) {
    if (event.thread == thread + 1) text += "| ";
    if (event.thread != thread && event.thread != thread + 1) {
      text += "|" + std::to_string(event.thread) + " ";
    }
    thread = event.thread;
    if (event.op == Op::kEnter || event.op == Op::kLeave) {
      text += BraceFor(event);
      continue;
    }
    text += std::string(WordFor(event)) + "(" + event.lock;
    if (event.subclass != 0) text += "/" + std::to_string(event.subclass);
    if (!event.nest_lock.empty()) text += "," + event.nest_lock;
    text += ") ";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

void Listener::OnThread(ThreadId id, const char* name) {
  if (static_cast<uint32_t>(id) > threads.size()) threads.resize(static_cast<uint32_t>(id));
  threads[static_cast<uint32_t>(id) - 1] = name;
}

void Listener::OnClass(const LockClass& lock_class) {
  std::string name = lock_class.name == nullptr ? "?" : lock_class.name;
  if (lock_class.subclass != 0) name += "/" + std::to_string(lock_class.subclass);
  classes.push_back(name);
  if (classes.size() != static_cast<uint32_t>(lock_class.id)) std::abort();
}

void Listener::OnStack(StackId id, std::span<const uintptr_t> pcs) {
  stacks.emplace_back(pcs.begin(), pcs.end());
  if (stacks.size() != static_cast<uint32_t>(id)) std::abort();
}

void Listener::OnDependency(const Dependency& edge, const Witness& witness) {
  dependencies.push_back(Name(edge.from) + " -" + KindName(witness.kind) + "-> " + Name(edge.to));
}

void Listener::OnContext(int bit, const char* name) {
  if (!contexts.emplace(bit, name).second) std::abort();
}

void Listener::OnChain(const ChainLink& chain, ContextSet /*in*/) {
  const std::string& before = chain_names_.at(chain.previous);
  std::string name = before + (before.empty() ? "" : " ") + Name(chain.use.class_id());
  chains.push_back(name);
  chain_names_[chain.key] = std::move(name);
}

void Listener::OnUsage(const LockClass& lock_class, const UsageWitness& witness) {
  for (int bit = 0; bit < kMaxContextBits; ++bit) {
    if ((witness.contexts >> bit & 1) != 0 && !contexts.contains(bit)) std::abort();
  }
  constexpr const char* kNames[] = {"used", "used-recursive", "enabled", "enabled-shared"};
  usages.push_back(Name(lock_class.id) + " " + kNames[static_cast<int>(witness.kind)] + " " +
                   std::to_string(witness.contexts));
}

void Listener::OnDeclaredArc(ClassId from, ClassId to, const DeclaredArc&) {
  declared.push_back(Name(from) + " -> " + Name(to));
}

void Listener::OnViolation(const Violation& violation) {
  Heard result{.kind = violation.kind, .level = violation.level};
  for (const ViolationEdge& edge : violation.edges) {
    result.cycle.push_back(Name(edge.from) + " -> " + Name(edge.to));
    if (edge.declaration != nullptr) result.declarations.push_back(edge.declaration);
  }
  if (violation.lock.class_id != ClassId::kNone) result.lock = Name(violation.lock.class_id);
  if (violation.subject != nullptr) result.subject = violation.subject;
  if (violation.context != nullptr) {
    result.contexts = std::string(violation.context) + ": " + Name(violation.used.class_id) +
                      " used, " + Name(violation.enabled.class_id) + " enabled";
  }
  for (const ViolationLock& lock : violation.held) result.held.push_back(Name(lock.class_id));
  heard.push_back(result);
}

void Listener::OnStopped(const char* reason) { stopped.push_back(reason); }

LockMap& Machine::Lock(const std::string& name) {
  const auto [it, is_new] = locks_.try_emplace(name);
  if (is_new) {
    const std::string& class_name =
        class_names_.try_emplace(ClassPart(name), ClassPart(name)).first->second;
    it->second.key = {reinterpret_cast<uintptr_t>(&class_name)};
    it->second.name = class_name.c_str();
    it->second.kind = LockKind::kMutex;
    it->second.address = &it->second;
  }
  return it->second;
}

ThreadContext& Machine::Thread(size_t index) {
  while (threads_.size() <= index) {
    const std::string name = "T" + std::to_string(threads_.size());
    threads_.push_back({validator_.CreateThread(name.c_str()), {}, {}});
    validator_.SetContexts(*threads_.back().context, kStart, CallSite{});
  }
  return *threads_[index].context;
}

void Machine::Run(std::string_view program) {
  for (const Event& event : ParseEvents(program)) {
    Run(event);
    validator_.CheckInvariants();
  }
}

// Returns whether the event was one.
bool Machine::RunWithoutLock(const Event& event) {
  ThreadContext& thread = Thread(event.thread);
  std::vector<ContextState>& interrupted = threads_[event.thread].interrupted;
  switch (event.op) {
    case Op::kExit:
      validator_.ReportHeld(thread, ViolationKind::kHeldAtExit);
      validator_.ResetHeld(thread);
      threads_[event.thread].pins.Clear();
      return true;
    case Op::kEnter:
      interrupted.push_back(thread.contexts);
      validator_.SetContexts(thread, Enter(event.context, thread.contexts), CallSite{});
      return true;
    case Op::kLeave:
      if (interrupted.empty()) return true;
      validator_.SetContexts(thread, interrupted.back(), CallSite{});
      interrupted.pop_back();
      return true;
    default:
      return false;
  }
}

void Machine::Run(const Event& event) {
  if (RunWithoutLock(event)) return;
  ThreadContext& thread = Thread(event.thread);
  PinBook<const LockMap*>& pins = threads_[event.thread].pins;
  const LockMap& lock = Lock(event.lock);
  switch (event.op) {
    case Op::kAcquire:
      return validator_.Acquire(thread, MakeAcquisition(event));
    case Op::kSync:
      return validator_.Sync(thread, MakeAcquisition(event));
    case Op::kDowngrade:
      return validator_.Downgrade(thread, lock, ReadMode::kRead, CallSite{});
    case Op::kPin:
      return pins.Note(&lock, validator_.Pin(thread, lock, CallSite{}));
    case Op::kUnpin:
      return validator_.Unpin(thread, lock, pins.TakeBack(&lock), CallSite{});
    case Op::kChangeClass:
      return ChangeClass(event);
    case Op::kEndKeys:
      return EndKeys(event);
    default:
      return EndLock(event, lock);
  }
}

void Machine::EndLock(const Event& event, const LockMap& lock) {
  ThreadContext& thread = Thread(event.thread);
  threads_[event.thread].pins.Forget(&lock);
  switch (event.op) {
    case Op::kRelease:
      return validator_.Release(thread, lock, CallSite{});
    case Op::kCancel:
      return validator_.CancelAcquire(thread, lock);
    case Op::kDestroy:
      return validator_.DestroyLock(thread, lock, CallSite{});
    default:
      return;
  }
}

void Machine::ChangeClass(const Event& event) {
  LockMap& lock = Lock(event.lock);
  if (!event.nest_lock.empty()) {
    const LockMap& of = Lock(event.nest_lock);
    lock.SetClass(of.key, of.name);
  }
  validator_.ChangeClass(Thread(event.thread), lock, event.subclass, CallSite{});
}

void Machine::EndKeys(const Event& event) {
  const std::string& last = event.nest_lock.empty() ? event.lock : event.nest_lock;
  for (const auto& [name, key] : class_names_) {
    if (name < ClassPart(event.lock) || name > ClassPart(last)) continue;
    validator_.ForgetKeys(Thread(event.thread), {reinterpret_cast<uintptr_t>(&key)}, 1, CallSite{});
  }
}

Acquisition Machine::MakeAcquisition(const Event& event) {
  return {.lock = &Lock(event.lock),
          .mode = event.mode,
          .trylock = event.trylock,
          .check = event.check,
          .subclass = event.subclass,
          .nest_lock = event.nest_lock.empty() ? nullptr : &Lock(event.nest_lock),
          .site = {}};
}

std::vector<std::string> Kinds(const std::vector<Heard>& heard) {
  std::vector<std::string> kinds;
  for (const Heard& one : heard) kinds.emplace_back(ToString(one.kind));
  return kinds;
}

}  // namespace lockdep::testing
