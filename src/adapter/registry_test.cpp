#include <gtest/gtest.h>

#include "adapter/adapter.h"
#include "adapter/words.h"

namespace tamarack::adapter {
namespace {

TEST(Registry, MakesEveryAdapter) {
  EXPECT_EQ(adapter_names(), (std::vector<std::string>{"command", "ctest", "mocha", "playwright", "pytest"}));
  for (const std::string& name : adapter_names()) {
    const auto adapter = make_adapter(name);
    ASSERT_TRUE(adapter);
    EXPECT_EQ((*adapter)->name(), name);
  }
}

TEST(Registry, SaysWhatWasMeant) {
  EXPECT_EQ(describe(make_adapter("playwrite").error()),
            "unknown framework 'playwrite', expected one of command, ctest, mocha, playwright, pytest\n  hint: did you mean 'playwright'?");
  EXPECT_EQ(make_adapter("robotframework").error().hint, "use \"command\" for anything that can be started from a shell");
}

TEST(Words, SplitsLikeAShellWithoutExpanding) {
  EXPECT_EQ(split_words(" python3 -m\t'my pytest' ").value(), (std::vector<std::string>{"python3", "-m", "my pytest"}));
  EXPECT_EQ(split_words(R"(a\ b "c \"d\" \n" '' $HOME *)").value(), (std::vector<std::string>{"a b", "c \"d\" \\n", "", "$HOME", "*"}));
  EXPECT_TRUE(split_words("").value().empty());
  EXPECT_EQ(describe(split_words("node 'x").error()),
            "'node 'x' has an open single quote\n  hint: close the quote, or put a backslash before it");
}

TEST(Words, FallsBackToTheDefaultProgram) {
  EXPECT_EQ(program_words("  ", {"ctest"}).value(), std::vector<std::string>{"ctest"});
  EXPECT_EQ(program_words("py \"", {}).error().message, "suite.program: 'py \"' has an open double quote");
}

}  // namespace
}  // namespace tamarack::adapter
