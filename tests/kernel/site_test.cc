#include "lockdep/kernel/site.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cerrno>

namespace lockdep::kernel {
namespace {

struct Places {
  uintptr_t here;  // Where the primitive was called.
  CallSite site;
};

// An interface function, a primitive that calls it, and its caller.
__attribute__((noinline)) CallSite Event(unsigned long ip) { return LOCKDEP_KERNEL_SITE(ip); }

__attribute__((noinline)) Places Primitive() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
  return {here, Event(here)};
}

__attribute__((noinline)) Places PrimitiveWithoutPlace() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
  return {here, Event(0)};
}

TEST(SiteTest, ReturnAddressOfThePrimitiveIsFoundWithItsFrame) {
  const auto frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const Places places = Primitive();

  EXPECT_EQ(places.site.pcs[0], places.here);
  EXPECT_EQ(places.site.pcs[1], 0u);
  EXPECT_LT(places.site.frame, frame);
  // The slot behind the noted frame is the return address itself.
  EXPECT_EQ(places.site.frame % sizeof(uintptr_t), 0u);
}

// One whose place is the seventh argument: a copy of it stands below the return address.
CallSite site_of_seven;
__attribute__((noinline)) void EventOfSeven(int, int, int, int, int, int, unsigned long ip) {
  site_of_seven = LOCKDEP_KERNEL_SITE_OF_SEVENTH(ip);
}
// Not known to the compiler, which would leave out what is not used.
void (*volatile event_of_seven)(int, int, int, int, int, int, unsigned long) = &EventOfSeven;

// Returns where on the stack its return address is.
__attribute__((noinline)) uintptr_t PrimitiveOfSeven() {
  event_of_seven(0, 0, 0, 0, 0, 0, reinterpret_cast<uintptr_t>(__builtin_return_address(0)));
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) + sizeof(uintptr_t);
}

TEST(SiteTest, ArgumentOnTheStackIsNotTakenForTheReturnAddress) {
  const uintptr_t slot = PrimitiveOfSeven();

  EXPECT_EQ(site_of_seven.frame + sizeof(uintptr_t), slot);
}

TEST(SiteTest, WithoutPlaceItIsTheCallerOfTheInterface) {
  const Places places = PrimitiveWithoutPlace();

  EXPECT_NE(places.site.pcs[0], 0u);
  EXPECT_NE(places.site.pcs[0], places.here);
}

TEST(SiteTest, PlaceThatIsNotOnTheStackIsTheCallerOfTheInterface) {
  const CallSite site = Event(12345);

  EXPECT_NE(site.pcs[0], 12345u);
  EXPECT_NE(site.pcs[0], 0u);
}

// A fiber's stack ends where its memory does, perhaps right above its first function.
CallSite site_in_fiber;
ucontext_t outside;

void Fiber() { site_in_fiber = Event(12345); }

TEST(SiteTest, LooksNoFurtherThanTheStackOfAFiber) {
  constexpr size_t kSize = 1 << 16;
  constexpr size_t kGuard = 1 << 12;
  void* memory =
      mmap(nullptr, kSize + kGuard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  ASSERT_EQ(mprotect(memory, kSize, PROT_READ | PROT_WRITE), 0);
  ucontext_t fiber;
  ASSERT_EQ(getcontext(&fiber), 0);
  fiber.uc_stack.ss_sp = memory;
  fiber.uc_stack.ss_size = kSize;
  fiber.uc_link = &outside;
  makecontext(&fiber, &Fiber, 0);
  errno = 77;
  ASSERT_EQ(swapcontext(&outside, &fiber), 0);

  EXPECT_NE(site_in_fiber.pcs[0], 0u);
  EXPECT_NE(site_in_fiber.pcs[0], 12345u);
  EXPECT_EQ(errno, 77);
  munmap(memory, kSize + kGuard);
}

// The place lies behind the end of a page, and there is stack.
__attribute__((noinline)) CallSite SiteAcross(uintptr_t* end_of_page) {
  end_of_page[-2] = 0;  // Saved frame pointer,
  end_of_page[-1] = 1;  // return address,
  end_of_page[2] = 2;   // and that of the primitive.
  return SiteOf(2, end_of_page - 2);
}

TEST(SiteTest, PlaceBehindTheEndOfAPageIsFound) {
  constexpr size_t kPage = 4096;
  alignas(kPage) static uintptr_t pages[2 * kPage / sizeof(uintptr_t)] = {};
  uintptr_t* const end_of_page = pages + kPage / sizeof(uintptr_t);
  const CallSite site = SiteAcross(end_of_page);

  EXPECT_EQ(site.pcs[0], 2u);
  EXPECT_EQ(site.frame, reinterpret_cast<uintptr_t>(end_of_page + 1));
}

}  // namespace
}  // namespace lockdep::kernel
