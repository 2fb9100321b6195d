#include "tests/support/event_program.h"

#include <cctype>
#include <cstdlib>
#include <iostream>

namespace lockdep::testing {
namespace {

[[noreturn]] void Malformed(std::string_view program, size_t at) {
  std::cerr << "malformed event program at column " << at + 1 << ": " << program << "\n";
  std::abort();
}

Event MakeEvent(std::string_view op, std::string_view program, size_t at) {
  if (op == "L") return {.op = 'L'};
  if (op == "T") return {.op = 'L', .trylock = TryLock::kYes};
  if (op == "R") return {.op = 'L', .mode = ReadMode::kRead};
  if (op == "TR") return {.op = 'L', .mode = ReadMode::kRead, .trylock = TryLock::kYes};
  if (op == "RR") return {.op = 'L', .mode = ReadMode::kRecursiveRead};
  if (op == "U") return {.op = 'U'};
  Malformed(program, at);
}

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

std::vector<Event> ParseEvents(std::string_view program) {
  std::vector<Event> events;
  for (size_t at = 0; at < program.size();) {
    if (program[at] == ' ') {
      ++at;
      continue;
    }
    if (program[at] == '|') {
      events.push_back({.op = '|'});
      ++at;
      continue;
    }
    const size_t open = program.find('(', at);
    const size_t close = program.find(')', at);
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
      Malformed(program, at);
    }
    Event event = MakeEvent(program.substr(at, open - at), program, at);
    std::string argument(program.substr(open + 1, close - open - 1));
    if (const size_t comma = argument.find(','); comma != std::string::npos) {
      event.nest_lock = argument.substr(comma + 1);
      argument.resize(comma);
    }
    if (const size_t slash = argument.find('/'); slash != std::string::npos) {
      event.subclass = static_cast<uint8_t>(std::stoi(argument.substr(slash + 1)));
      argument.resize(slash);
    }
    event.lock = argument;
    events.push_back(event);
    at = close + 1;
  }
  return events;
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
    threads_.push_back(validator_.CreateThread(("T" + std::to_string(threads_.size())).c_str()));
  }
  return *threads_[index];
}

void Machine::Run(std::string_view program) {
  size_t thread = 0;
  for (const Event& event : ParseEvents(program)) {
    if (event.op == '|') {
      ++thread;
    } else if (event.op == 'U') {
      validator_.Release(Thread(thread), Lock(event.lock), CallSite{});
    } else {
      validator_.Acquire(Thread(thread),
                         {.lock = &Lock(event.lock),
                          .mode = event.mode,
                          .trylock = event.trylock,
                          .subclass = event.subclass,
                          .nest_lock = event.nest_lock.empty() ? nullptr : &Lock(event.nest_lock),
                          .site = {}});
    }
    validator_.CheckInvariants();
  }
}

std::vector<std::string> Kinds(const std::vector<Heard>& heard) {
  std::vector<std::string> kinds;
  for (const Heard& one : heard) kinds.emplace_back(ToString(one.kind));
  return kinds;
}

}  // namespace lockdep::testing
