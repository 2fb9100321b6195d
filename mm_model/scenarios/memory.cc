// What the kernel does with memory on its own: reclaim, swap, migration, and
// pages that it uses itself.

#include "mm_model/folio.h"
#include "mm_model/migrate.h"
#include "mm_model/mm_locks.h"
#include "mm_model/scenario.h"
#include "mm_model/swap.h"

namespace mm_model {
namespace {

using A = AddressSpace;

// The folio that is mapped there, faulted in if need be.
folio* FolioAt(const A& space, unsigned long address) {
  folio* const page = get_user_page(space.mm, address, false);
  if (page != nullptr) unpin_user_page(page);
  return page;
}

void Reclaim(folio* page) {
  if (page == nullptr) return;
  lru_add_drain(page);
  shrink_folio(page);  // It was used: it stays for another round.
  shrink_folio(page);
}

void SwapOut(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  Reclaim(FolioAt(space, A::kAnon));
}

void SwapOutAndIn(A& space) {
  SwapOut(space);
  AccessUser(space.mm, A::kAnon, Access::kRead);
}

void ReclaimFile(A& space) {
  Reclaim(FolioAt(space, A::kShared));
  AccessUser(space.mm, A::kShared, Access::kRead);
}

void SwapOff(A& space) {
  SwapOut(space);
  swapoff();
}

void SwapOutAndFork(A& space) {
  SwapOut(space);
  space.child = dup_mm(space.mm);
  AccessUser(space.child, A::kAnon, Access::kWrite);
}

void MigrateAnon(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  if (folio* const page = FolioAt(space, A::kAnon)) migrate_folio(page);
}

void MigrateFile(A& space) {
  if (folio* const page = FolioAt(space, A::kShared)) migrate_folio(page);
}

void WriteAnon(A& space) { AccessUser(space.mm, A::kAnon, Access::kWrite); }
void ReadShared(A& space) { AccessUser(space.mm, A::kShared, Access::kRead); }

void Gup(A& space) {
  folio* const page = get_user_page(space.mm, A::kAnon, true);
  if (page != nullptr) unpin_user_page(page);
}

void GupFast(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  folio* const page = get_user_page_fast(space.mm, A::kAnon, true);
  if (page != nullptr) unpin_user_page(page);
}

void AccessRemote(A& space) { access_remote_vm(space.mm, A::kPrivate); }

void FollowPfnmap(A& space) {
  AccessUser(space.mm, A::kAnon, Access::kWrite);
  mmap_read_lock(space.mm);
  if (vm_area_struct* const vma = vma_lookup(space.mm, A::kAnon)) {
    const follow_pfnmap_args args = follow_pfnmap_start(vma, A::kAnon);
    if (args.page != nullptr) CheckInUse(*args.page);
    follow_pfnmap_end(args);
  }
  mmap_read_unlock(space.mm);
}

void PinForDevice(A& space) {
  folio* const page = ib_umem_get(space.mm, A::kAnon);
  if (page != nullptr) ib_umem_release(space.mm, page);
}

constexpr ScenarioTask kPinDevice[] = {{"device", PinForDevice}};
constexpr ScenarioTask kPfnmap[] = {{"driver", FollowPfnmap}};
constexpr ScenarioTask kSwap[] = {{"reclaim", SwapOutAndIn}};
constexpr ScenarioTask kReclaimFile[] = {{"reclaim", ReclaimFile}};
constexpr ScenarioTask kSwapoff[] = {{"swapoff", SwapOff}};
constexpr ScenarioTask kSwapFork[] = {{"fork", SwapOutAndFork}};
constexpr ScenarioTask kMigrate[] = {{"migrate", MigrateAnon}, {"fault", WriteAnon}};
constexpr ScenarioTask kMigrateFile[] = {{"migrate", MigrateFile}, {"fault", ReadShared}};
constexpr ScenarioTask kGup[] = {{"gup", Gup}};
constexpr ScenarioTask kGupFast[] = {{"gup-fast", GupFast}};
constexpr ScenarioTask kRemote[] = {{"reader", AccessRemote}};

constexpr Scenario kScenarios[] = {
    {"swap", "memory", "reclaim swaps a page out, a fault brings it back", kSwap},
    {"reclaim-file", "memory", "reclaim drops a page of the page cache", kReclaimFile},
    {"swapoff", "memory", "every page comes back, mm by mm", kSwapoff},
    {"swap-fork", "memory", "fork copies a swap entry, which the child faults in", kSwapFork},
    {"migration", "memory", "an anonymous page moves while it is written", kMigrate},
    {"migration-file", "memory", "a page of the page cache moves while it is read", kMigrateFile},
    {"gup", "memory", "pin a page that must be faulted in", kGup},
    {"gup-fast", "memory", "pin a page with interrupts off and no lock", kGupFast},
    {"follow-pfnmap", "memory", "look up what is mapped, and use it under its lock", kPfnmap},
    {"pin-for-device", "memory", "pin a page for long, and count it", kPinDevice},
    {"access-remote-vm", "memory", "read another task's memory", kRemote},
};

}  // namespace

std::span<const Scenario> MemoryScenarios() { return kScenarios; }

}  // namespace mm_model
