#include "report/cells.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace tamarack::report {
namespace {

TEST(Cells, CountsWhatATerminalDraws) {
  EXPECT_EQ(cells_of("plain"), 5U);
  EXPECT_EQ(cells_of("é › ✓"), 5U);
  EXPECT_EQ(cells_of("e\u0301"), 1U);
  EXPECT_EQ(cells_of("漢字"), 4U);
  EXPECT_EQ(cells_of("🚀"), 2U);
}

TEST(Cells, CutsBetweenLetters) {
  EXPECT_EQ(fit("checkout", 5), "chec…");
  EXPECT_EQ(fit_end("checkout", 5), "…kout");
  EXPECT_EQ(fit("漢字漢字", 4), "漢…");
  EXPECT_EQ(pad("漢字漢字", 4), "漢… ");
  EXPECT_EQ(pad_left("ab", 4), "  ab");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(Cells, NothingATerminalObeysGetsThrough) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc\td\x7f\xc2\x9b"
                      "e\xff"),
            "ab c d  e\xef\xbf\xbd");
}

RC_GTEST_PROP(Cells, NeverWiderThanAskedAndAlwaysValid, (const std::string& bytes)) {
  const std::string text = printable(bytes);
  const auto cells = *rc::gen::inRange<std::size_t>(0, 30);
  for (const std::string& cut : {fit(text, cells), fit_end(text, cells)}) {
    RC_ASSERT(cells_of(cut) <= cells);
    RC_ASSERT(is_valid_utf8(cut));
  }
  RC_ASSERT(cells_of(pad(text, cells)) == cells);
  RC_ASSERT(cells_of(pad_left(text, cells)) == cells);
}

}  // namespace
}  // namespace tamarack::report
