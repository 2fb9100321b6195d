#include "lockdep/options.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace lockdep {
namespace {

using ::testing::HasSubstr;

struct Parsed {
  bool ok;
  Options options;
  OptionProblem problem;
};

Parsed Parse(std::string_view text) {
  Parsed parsed = {};
  parsed.ok = ParseOptions(text, &parsed.options, &parsed.problem);
  return parsed;
}

TEST(OptionsTest, EmptyTextKeepsTheDefaults) {
  const Parsed parsed = Parse("");

  EXPECT_TRUE(parsed.ok);
  EXPECT_EQ(parsed.options.exitcode, 66u);
  EXPECT_EQ(parsed.options.fail_on, FailOn::kFeasible);
  EXPECT_FALSE(parsed.options.halt_on_error);
  EXPECT_TRUE(parsed.options.report.empty());
}

TEST(OptionsTest, SetsEveryType) {
  const Parsed parsed =
      Parse("report=/tmp/r.%p.json:exitcode=0:fail_on=never:halt_on_error=1:verbosity=255");

  EXPECT_TRUE(parsed.ok);
  EXPECT_STREQ(parsed.options.report.text, "/tmp/r.%p.json");
  EXPECT_EQ(parsed.options.exitcode, 0u);
  EXPECT_EQ(parsed.options.fail_on, FailOn::kNever);
  EXPECT_TRUE(parsed.options.halt_on_error);
  EXPECT_EQ(parsed.options.verbosity, 255u);
}

TEST(OptionsTest, LaterValueWins) {
  EXPECT_EQ(Parse("exitcode=1:exitcode=2").options.exitcode, 2u);
}

TEST(OptionsTest, EmptyPartsAreIgnored) { EXPECT_TRUE(Parse("::exitcode=1::").ok); }

TEST(OptionsTest, QuotesKeepColons) {
  EXPECT_STREQ(Parse("record='a:b':exitcode=1").options.record.text, "a:b");
  EXPECT_STREQ(Parse("record=\"a:'b\":exitcode=1").options.record.text, "a:'b");
  EXPECT_EQ(Parse("record='a:b':exitcode=1").options.exitcode, 1u);
}

TEST(OptionsTest, QuoteInsideAValueIsItself) {
  EXPECT_STREQ(Parse("record=it's:exitcode=1").options.record.text, "it's");
}

TEST(OptionsTest, NamesTheFirstProblemAndUsesTheRest) {
  const Parsed parsed = Parse("exitcode=3:colour=red:size=1:verbosity=1");

  EXPECT_FALSE(parsed.ok);
  EXPECT_EQ(parsed.problem.part, "colour=red");
  EXPECT_THAT(parsed.problem.reason, HasSubstr("no such option"));
  EXPECT_EQ(parsed.options.exitcode, 3u);
  EXPECT_EQ(parsed.options.verbosity, 1u);
}

struct Refusal {
  const char* text;
  const char* reason;
};

class RefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, SaysWhyAndKeepsTheDefault) {
  const Parsed parsed = Parse(GetParam().text);

  EXPECT_FALSE(parsed.ok);
  EXPECT_EQ(parsed.problem.part, GetParam().text);
  EXPECT_THAT(parsed.problem.reason, HasSubstr(GetParam().reason));
  EXPECT_EQ(parsed.options.exitcode, 66u);
  EXPECT_EQ(parsed.options.fail_on, FailOn::kFeasible);
}

INSTANTIATE_TEST_SUITE_P(
    Options, RefusalTest,
    testing::Values(Refusal{"exitcode", "key=value"}, Refusal{"=1", "no such option"},
                    Refusal{"exitcode=", "0 to 255"}, Refusal{"exitcode=256", "0 to 255"},
                    Refusal{"exitcode=-1", "0 to 255"}, Refusal{"exitcode=1x", "0 to 255"},
                    Refusal{"exitcode=99999999999999999999", "0 to 255"},
                    Refusal{"help=yes", "0 or 1"}, Refusal{"fail_on=always", "confirmed, feasible"},
                    Refusal{"record='a", "closing quote"}, Refusal{"record='", "closing quote"}));

TEST(OptionsTest, LongestValueFitsAndALongerOneIsRefused) {
  const std::string longest(kMaxOptionText, 'x');

  EXPECT_EQ(Parse("record=" + longest).options.record.text, longest);
  EXPECT_FALSE(Parse("record=" + longest + "x").ok);
}

TEST(OptionsTest, TableDescribesEveryOption) {
  for (const OptionInfo& option : OptionTable()) {
    EXPECT_STRNE(option.name, "");
    EXPECT_STRNE(option.help, "") << option.name;
  }
  EXPECT_GE(OptionTable().size(), 9u);
}

}  // namespace
}  // namespace lockdep
