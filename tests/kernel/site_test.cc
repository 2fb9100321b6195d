#include "lockdep/kernel/site.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace lockdep::kernel
