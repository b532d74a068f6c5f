#include "config/processors_file.h"

#include <gtest/gtest.h>

namespace tamarack::config {
namespace {

TEST(ProcessorsFile, EveryKey) {
  const auto read = read_processors_file(
      "[processors.resize]\ncommand = \"./resize.sh\"\nconcurrency = 2\ntimeout = \"10m\"\n[processors.scan]\ncommand = \"scan\"\n",
      "p.toml");
  ASSERT_TRUE(read.problems.empty());
  ASSERT_EQ(read.processors.size(), 2U);
  EXPECT_EQ(read.processors[0].name, "resize");
  EXPECT_EQ(read.processors[0].concurrency, 2);
  EXPECT_EQ(read.processors[0].timeout, Millis{600'000});
  EXPECT_EQ(read.processors[1].concurrency, 1);
  EXPECT_EQ(read.processors[1].timeout, Millis{0});
}

TEST(ProcessorsFile, EveryProblemAtOnceWithItsPlace) {
  const auto read = read_processors_file(
      "[processor.a]\n[processors.\"a b\"]\ncommand = \"x\"\n[processors.b]\nconcurency = 1\nconcurrency = 0\ntimeout = 5\n", "p.toml");
  std::string all;
  for (const Problem& problem : read.problems) all += fmt::format("{}: {} ({})\n", problem.line, problem.message, problem.hint);
  for (const std::string_view part : {"unknown section 'processor'", "got 'a b'", "unknown key 'concurency'", "did you mean 'concurrency'?",
                                      "from 1 to 64", "must be a duration", "needs 'command'"})
    EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
}

TEST(ProcessorsFile, AnEmptyFileIsAProblem) {
  EXPECT_FALSE(read_processors_file("", "p.toml").problems.empty());
  EXPECT_FALSE(read_processors_file("[processors]\n", "p.toml").problems.empty());
  EXPECT_FALSE(read_processors_file("processors = 1\n", "p.toml").problems.empty());
}

}  // namespace
}  // namespace tamarack::config
