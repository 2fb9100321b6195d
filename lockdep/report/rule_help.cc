#include "lockdep/report/rule_help.h"

#include <algorithm>
#include <iterator>

namespace lockdep::report {
namespace {

constexpr RuleHelp kRules[] = {
    {"context-inversion", "ContextInversion",
     "A lock that an interrupting context takes is taken where that context can interrupt.",
     "A signal handler or interrupt takes a lock that the interrupted code may hold. The handler "
     "then waits for code that cannot run before the handler ends: the thread hangs for ever, "
     "with one thread and without any other.",
     "Block the signal or interrupt while the lock is held, or do the work that needs the lock "
     "outside the handler."},
    {"deadlock", "DeadlockHappened", "Threads wait for each other and cannot go on.",
     "This is no prediction: while the program was watched, each of these threads waited for "
     "something that the next one holds.",
     "Take the locks in one order everywhere, or take them together (std::scoped_lock)."},
    {"declared-order-conflict", "DeclaredOrderConflict",
     "Two declared lock orders contradict each other.",
     "The declared arcs order some locks in a circle. No code can obey all of them, so none of "
     "them is enforced.",
     "Decide which arc is right and change or remove the other; 'lockdep order check' shows both "
     "places."},
    {"declared-order-violation", "DeclaredOrderViolation",
     "Locks are taken against a declared order.",
     "The code takes two locks the other way round than the declared order says. Code that keeps "
     "to the declaration, wherever it is, can deadlock with it.",
     "Take the locks in the declared order, or correct the declaration if it is out of date."},
    {"held-at-exit", "HeldAtExit", "A thread ends while it holds a lock.",
     "Nobody can release the lock any more. Whoever takes it next waits for ever.",
     "Release the lock on every way out of the thread, early returns and exceptions included."},
    {"held-at-fork", "HeldAtFork", "A process forks while a lock is held.",
     "The child gets a copy of the lock in its locked state, and the thread that would release it "
     "does not exist there. If the child takes the lock, it waits for ever.",
     "Take the lock in a pthread_atfork handler around fork, or let the child only execute "
     "another program."},
    {"held-lock-destroyed", "HeldLockDestroyed", "The life of a lock ends while it is held.",
     "The lock is destroyed, freed or initialised anew while a thread holds it. Whoever waits for "
     "it, or releases it, works on memory that is no lock any more.",
     "Release the lock before its memory goes, and make sure that no other thread can reach it."},
    {"inconsistent-context", "InconsistentContext",
     "A lock is taken in an interrupting context and elsewhere with that context enabled.",
     "The same lock is taken by a signal handler or interrupt and by code that it can interrupt. "
     "If it interrupts the holder, it waits for itself.",
     "Block the signal or interrupt wherever the lock is held outside the handler."},
    {"invalid-lock-state", "InvalidLockState", "A rule about the state of locks is broken.",
     "A function was called while locks that it needs were not held, or while locks that it "
     "forbids were.",
     "Bring the locks into the state that the rule asks for before the call."},
    {"invalid-wait-context", "InvalidWaitContext",
     "A lock that may sleep is taken where sleeping is not allowed.",
     "Inside a lock that spins or with preemption off, a lock is taken whose holder may sleep.",
     "Take the sleeping lock first, or use a lock that does not sleep."},
    {"lock-order-inversion", "LockOrderInversion",
     "Locks are taken in orders that contradict each other.",
     "One part of the program takes a lock while holding another, and elsewhere the same locks "
     "are taken the other way round, directly or through further locks. When threads do this at "
     "the same time, each waits for the lock that the next one holds, for ever. It need not have "
     "happened: the orders alone prove that it can.",
     "Take the locks in one order everywhere, or release the first before taking the second, or "
     "take them together (std::scoped_lock)."},
    {"model-corruption", "ModelCorruption",
     "The explorer reached a state that the locking rules are there to prevent.",
     "In some schedule two tasks saw or made an impossible state of the model.",
     "Follow the schedule that the report names and take the lock that would have kept the tasks "
     "apart."},
    {"nest-lock-missing", "NestLockMissing",
     "A lock is taken as nested under an outer lock that is not held.",
     "Several locks of one class may be taken in any order only while the outer lock that was "
     "named is held.",
     "Take the outer lock first, or name the lock that is really held."},
    {"page-table-rule", "PageTableRule", "A rule about page tables is broken.",
     "A page table was walked, changed or freed without the locks that its level needs.",
     "Take the locks that the rule names for this level and operation."},
    {"pin-violated", "PinViolated", "A pinned lock is released.",
     "Code promised that a lock stays held over a section, and the lock was released inside it.",
     "Keep the lock to the end of the section, or end the pin first and check again what the lock "
     "protects."},
    {"rcu-usage", "RcuUsage", "RCU protected data is used against its rules.",
     "A pointer was read outside a read-side section, or memory was freed while readers may see "
     "it.",
     "Enter a read-side section, or wait for a grace period before freeing."},
    {"read-recursion", "ReadRecursion",
     "A thread reads under a lock again while it already reads under it.",
     "A writer that queues up between the two waits for the first read to end, and the second "
     "read waits behind the writer: both wait for ever.",
     "Do not take the read lock again while it is held: split off a variant of the inner code for "
     "callers that hold it."},
    {"recursive-lock", "RecursiveLock", "A thread takes a lock of a class that it holds.",
     "If it is the same lock, the thread waits for itself. If it is another lock of its class, "
     "nothing says which of two such locks comes first, and two threads can take the same two the "
     "other way round.",
     "Release the lock before calling code that takes it, give locks of the class an order, or "
     "hold only one of them at a time."},
    {"undeclared-dependency", "UndeclaredDependency",
     "Locks are taken in an order that nobody declared.",
     "The declared order is enforced as the complete list of what may nest, and this pair is not "
     "in it.",
     "Declare the arc if it is meant (the report has the line to paste), or do not nest these "
     "locks."},
    {"unlock-by-other-thread", "UnlockByOtherThread",
     "A thread releases a lock that another thread holds.",
     "The holder believes to hold it still: what the lock protects is open to others.",
     "Release a lock in the thread that took it; to pass work on, use a semaphore or a condition "
     "variable."},
    {"unlock-unheld", "UnlockUnheld", "A thread releases a lock that it does not hold.",
     "If another thread holds the lock, it loses its protection; for a mutex the behaviour is "
     "undefined.",
     "Pair every release with one acquisition on the same path; look at error handling."},
    {"unprotected-access", "UnprotectedAccess", "Data is touched without the lock it needs.",
     "A field was read or written while the locks that its rule asks for were not held.",
     "Take what the rule asks for before the access."},
    {"wait-while-holding", "WaitWhileHolding",
     "A thread waits for another one while it holds a lock that the other may need.",
     "The thread waits for something other than a lock (a condition, a join, a semaphore, a "
     "barrier, a once) and holds a lock meanwhile. Who should wake it takes that lock first: both "
     "wait for ever.",
     "Release the lock before waiting, or do the waking without it."},
};

constexpr RuleHelp kUnknown = {"", "OtherFinding", "A locking rule is broken.",
                               "This version of lockdep has no further words for this kind.",
                               "Read the finding itself."};

static_assert(std::ranges::is_sorted(kRules, {}, &RuleHelp::kind));

}  // namespace

std::span<const RuleHelp> AllRuleHelp() { return kRules; }

const RuleHelp& RuleHelpFor(absl::string_view kind) {
  const auto* const found =
      std::lower_bound(std::begin(kRules), std::end(kRules), kind,
                       [](const RuleHelp& rule, absl::string_view key) { return rule.kind < key; });
  return found != std::end(kRules) && found->kind == kind ? *found : kUnknown;
}

}  // namespace lockdep::report
