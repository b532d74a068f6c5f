#include "agent/kept_output.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "io/files.h"

namespace tamarack::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class KeptOutputTest : public testing::Test {
 protected:
  KeptOutputTest() {
    char name[] = "/tmp/tamarack-output-XXXXXX";
    folder_ = mkdtemp(name);
    kept_.write_to(path());
  }
  ~KeptOutputTest() override { (void)io::remove_tree(folder_).has_value(); }

  std::string path() const { return folder_ + "/stdout.log"; }
  std::string file() const { return io::read_file(path()).value_or("unreadable"); }
  void lines(int from, int to) {
    for (int i = from; i < to; ++i) kept_.add(fmt::format("line {:05}\n", i));
  }

  std::string folder_;
  KeptOutput kept_{{.head = 1'000, .tail = 1'000}};
};

TEST_F(KeptOutputTest, AllOfItIsThereAsLongAsItFits) {
  lines(0, 181);  // 11 bytes each
  EXPECT_EQ(file().size(), 1'991U);
  EXPECT_FALSE(kept_.was_cut());
  const std::string text = kept_.take_text();
  EXPECT_EQ(text, file());
  EXPECT_FALSE(KeptOutput::was_cut(text));
}

TEST_F(KeptOutputTest, OfMoreTheBeginningAndTheEndAreThereAtAnyMoment) {
  for (int i = 0; i < 5'000; ++i) {
    lines(i, i + 1);
    ASSERT_THAT(file(), StartsWith("line 00000\n"));
    ASSERT_TRUE(file().ends_with(fmt::format("line {:05}\n", i)));
    ASSERT_LE(file().size(), 2'100U);
  }
  EXPECT_TRUE(kept_.was_cut());
  const std::string text = kept_.take_text();
  EXPECT_EQ(text, file());
  EXPECT_TRUE(KeptOutput::was_cut(text));
  EXPECT_GE(text.size(), 1'400U);
}

TEST_F(KeptOutputTest, TheLineBetweenSaysHowMuchIsMissing) {
  lines(0, 200);
  const std::string text = kept_.take_text();
  const std::size_t mark = text.find("… ");
  ASSERT_NE(mark, std::string::npos) << text;
  const std::string rest = text.substr(mark);
  const std::string line = rest.substr(0, rest.find('\n') + 1);
  EXPECT_THAT(line, HasSubstr(" bytes of output are left out …\n"));
  EXPECT_EQ(line, fmt::format("… {} bytes of output are left out …\n", 200 * 11 - (text.size() - line.size())));
  EXPECT_EQ(text[mark - 1], '\n');
  EXPECT_TRUE(rest.substr(line.size()).starts_with("line ")) << "no line is cut in half";
}

TEST_F(KeptOutputTest, ALineWithoutEndIsCutWhereItIs) {
  for (int i = 0; i < 100; ++i) kept_.add(std::string(100, 'x'));
  kept_.add("\nthe end\n");
  const std::string text = kept_.take_text();
  EXPECT_EQ(text, file());
  EXPECT_THAT(text, StartsWith(std::string(1'000, 'x') + "\n… "));
  EXPECT_TRUE(text.ends_with("x\nthe end\n"));
}

TEST_F(KeptOutputTest, APieceLargerThanEverything) {
  kept_.add(std::string(1'000'000, 'x') + "\nthe end\n");
  EXPECT_LE(file().size(), 2'100U);
  EXPECT_TRUE(kept_.take_text().ends_with("x\nthe end\n"));
}

TEST_F(KeptOutputTest, WithoutAFileItIsKeptInMemory) {
  KeptOutput kept({.head = 100, .tail = 100});
  kept.write_to(folder_ + "/nowhere/stdout.log");
  for (int i = 0; i < 100; ++i) kept.add("ten bytes\n");
  const std::string text = kept.take_text();
  EXPECT_TRUE(KeptOutput::was_cut(text));
  EXPECT_TRUE(text.ends_with("ten bytes\n"));
}

}  // namespace
}  // namespace tamarack::agent
