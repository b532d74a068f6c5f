#include "insight/mass_failure.h"

#include <gtest/gtest.h>

namespace tamarack::insight {
namespace {

using domain::RunFailures;

TEST(MassFailure, AnInfrastructureVerdictIsEnough) {
  EXPECT_NE(why_set_aside({.verdict = domain::Verdict::infrastructure}), "");
  EXPECT_EQ(why_set_aside({.verdict = domain::Verdict::failed, .ran = 100, .failed = 1}), "");
  EXPECT_EQ(why_set_aside({}), "") << "nothing ran";
}

TEST(MassFailure, FourOfFiveAreTooManyToBeTheTests) {
  EXPECT_EQ(why_set_aside({.ran = 50, .failed = 40}), "infrastructure: 40 of 50 tests failed");
  EXPECT_EQ(why_set_aside({.ran = 50, .failed = 39}), "") << "78 %";
  EXPECT_EQ(why_set_aside({.ran = 1000, .failed = 799}), "") << "79.9 % is not rounded up";
  EXPECT_NE(why_set_aside({.ran = 1000, .failed = 800}), "");
}

TEST(MassFailure, ASmallSuiteIsNeverSetAside) {
  EXPECT_EQ(why_set_aside({.ran = 9, .failed = 9, .errors = {{"connection refused", 9}}}), "");
  EXPECT_NE(why_set_aside({.ran = 10, .failed = 10}), "");
}

TEST(MassFailure, OneErrorOfNearlyAllIsOneCause) {
  const auto judged = [](std::int64_t ran, std::int64_t failed, std::map<std::string, std::int64_t> errors) {
    return why_set_aside({.ran = ran, .failed = failed, .errors = std::move(errors)});
  };
  EXPECT_EQ(judged(100, 20, {{"connection refused", 18}, {"expected 1", 2}}),
            "infrastructure: 18 of 20 failed tests say 'connection refused'");
  EXPECT_EQ(judged(100, 20, {{"connection refused", 17}, {"expected 1", 3}}), "") << "85 % agree";
  EXPECT_EQ(judged(100, 19, {{"connection refused", 19}}), "") << "19 % failed";
  EXPECT_EQ(judged(40, 9, {{"connection refused", 9}}), "") << "nine are too few";
  EXPECT_EQ(judged(100, 30, {}), "") << "no error is not the same error";
  EXPECT_EQ(judged(100, 30, {{"a", 15}, {"b", 15}}), "");
}

TEST(MassFailure, NumbersDoNotTellErrorsApart) {
  EXPECT_EQ(error_kind("connect 127.0.0.1:4021 after 30 ms"), error_kind("connect 127.0.0.1:77 after 1250 ms"));
  EXPECT_EQ(error_kind("timeout 5000"), "timeout #");
  EXPECT_EQ(error_kind(""), "");
  EXPECT_NE(error_kind("no a"), error_kind("no b"));
  std::map<std::string, std::int64_t> errors;
  for (int port = 0; port < 20; ++port) errors[fmt::format("refused by port {}", 4000 + port)] = 1;
  EXPECT_EQ(why_set_aside({.ran = 60, .failed = 20, .errors = errors}), "infrastructure: 20 of 20 failed tests say 'refused by port 4000'");
}

}  // namespace
}  // namespace tamarack::insight
