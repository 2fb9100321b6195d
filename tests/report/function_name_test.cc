#include "lockdep/report/function_name.h"

#include <gtest/gtest.h>

namespace lockdep::report {
namespace {

TEST(FunctionNameTest, DemanglesCppAndLeavesTheRest) {
  EXPECT_EQ(Demangle("_ZN4Bank8transferEi"), "Bank::transfer(int)");
  EXPECT_EQ(Demangle("main"), "main");
  EXPECT_EQ(Demangle("_Z"), "_Z");
  EXPECT_EQ(Demangle(""), "");
}

struct ShortCase {
  const char* full;
  const char* brief;
};

class ShortFunctionTest : public testing::TestWithParam<ShortCase> {};

TEST_P(ShortFunctionTest, IsWhatAPersonSays) {
  EXPECT_EQ(ShortFunction(GetParam().full), GetParam().brief);
}

constexpr ShortCase kShortCases[] = {
    {"main", "main"},
    {"Bank::transfer(int, std::vector<int, std::allocator<int> >)", "Bank::transfer"},
    {"void Bank<int>::transfer<long>(long) const", "Bank<...>::transfer<...>"},
    {"unsigned long std::hash<char*>(char*)", "std::hash<...>"},
    {"(anonymous namespace)::transfer(int)", "transfer"},
    {"bank::(anonymous namespace)::transfer(int)", "bank::transfer"},
    {"transfer(int) [clone .part.0]", "transfer"},
    {"Foo::operator()(int) const", "Foo::operator()"},
    {"operator<<(std::ostream&, Foo const&)", "operator<<"},
    {"Foo::operator->() const", "Foo::operator->"},
    {"operator new(unsigned long)", "operator new"},
    {"Foo::operator bool() const", "Foo::operator bool"},
    {"operator_like(int)", "operator_like"},
    {"main::{lambda(int, char)#1}::operator()(int, char) const", "main::{lambda#1}"},
    {"main::$_0::operator()() const", "main::$_0"},
    {"foo(int)::Local::run()", "foo()::Local::run"},
    {"Foo::bar() const::Local::run()", "Foo::bar()::Local::run"},
    {"non-virtual thunk to Foo::bar()", "Foo::bar"},
    {"std::string[abi:cxx11]::size() const", "std::string::size"},
    {"Foo<(anonymous namespace)::Bar>::run()", "Foo<...>::run"},
    {"", ""},
    {"<<<<", "<...>"},
    {"((((", "(((("},
};

INSTANTIATE_TEST_SUITE_P(Names, ShortFunctionTest, testing::ValuesIn(kShortCases));

TEST(FunctionNameTest, AStableNameDoesNotTellLambdasApart) {
  EXPECT_EQ(StableFunctionName("main::{lambda(int)#12}::operator()(int) const"), "main::{lambda}");
  EXPECT_EQ(StableFunctionName("main::$_3::operator()() const"), "main::{lambda}");
  EXPECT_EQ(StableFunctionName("shop::Close(shop::Till&)::$_1::operator()() const"),
            "Close::{lambda}");
  EXPECT_EQ(StableFunctionName("Close::{lambda()#1}::operator()() const"), "Close::{lambda}");
  EXPECT_EQ(StableFunctionName("f::{lambda()#1}::operator()()::{lambda()#2}::operator()()"),
            "f::{lambda}::operator()()::{lambda}");
  EXPECT_EQ(StableFunctionName("Bank::transfer(int)"), "Bank::transfer");
}

TEST(LockWrapperTest, AreTheFunctionsThatNobodyMeans) {
  for (const char* name :
       {"pthread_mutex_lock", "__gthread_mutex_lock(pthread_mutex_t*)", "std::mutex::lock()",
        "std::lock_guard<std::mutex>::lock_guard(std::mutex&)",
        "std::unique_lock<std::shared_mutex>::lock()", "std::__1::mutex::lock()",
        "void std::lock<std::mutex, std::mutex>(std::mutex&, std::mutex&)",
        "std::scoped_lock<std::mutex, std::mutex>::scoped_lock(std::mutex&, std::mutex&)",
        "absl::debian3::Mutex::Lock()", "lockdep::hooks::AcquireMutex(void*)", "Mutex::Lock()",
        "ScopedLock::ScopedLock(Mutex&)", "base::Guard<int>::Guard(int)", "my_mutex_lock",
        "CriticalSection::rdLock()", "std::thread::join()", "lockdep_before_lock"}) {
    EXPECT_TRUE(IsLockWrapper(name)) << name;
  }
}

TEST(LockWrapperTest, AreNotTheFunctionsThatTakeLocksToDoSomething) {
  for (const char* name :
       {"transfer(int)", "main", "Account::deposit(int)", "std::mutex_user()", "lock_table(int)",
        "Blocker::block()", "mmap_write_lock", "std::thread::_Invoker<int>::operator()()",
        "guard()", "Lock::transfer()", "lockdep::report::Transfer()", ""}) {
    EXPECT_FALSE(IsLockWrapper(name)) << name;
  }
}

TEST(DemangleTest, PlainSymbolsAreNotTypes) {
  EXPECT_EQ(Demangle("a"), "a");
  EXPECT_EQ(Demangle("main"), "main");
  EXPECT_EQ(Demangle("_Z4mainv"), "main()");
}

}  // namespace
}  // namespace lockdep::report
