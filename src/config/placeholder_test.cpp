#include "config/placeholder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tamarack::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Placeholder, is_a_lower_case_word_in_braces) {
  EXPECT_THAT(placeholders_in("serve --port {port} --db {data}/a.db --port {port}"), ElementsAre("port", "data", "port"));
}

TEST(Placeholder, leaves_the_braces_of_others_alone) {
  for (const char* text : {"${HOME}/x", "cp {a,b} c", "awk '{print $1}'", "{}", "{ port }", "{Port}", "{port", "port}",
                           "docker inspect -f '{{.Id}}'", "{\"a\":1}"})
    EXPECT_THAT(placeholders_in(text), IsEmpty()) << text;
}

TEST(Placeholder, in_double_braces_is_the_literal_text) {
  EXPECT_THAT(placeholders_in("awk '{{print}}' {{print} {print}}"), ElementsAre("print", "print"));
  EXPECT_EQ(without_escapes("awk '{{print}}' ${port} {port} {{.Id}} {{print"), "awk '{print}' ${port} {port} {{.Id}} {{print");
}

// Who starts commands knows only the words, so an escaped word of ours could not be told apart later.
TEST(Placeholder, of_ours_is_one_in_double_braces_too) {
  EXPECT_THAT(placeholders_in("{{port}}"), ElementsAre("port"));
  EXPECT_EQ(without_escapes("{{port}}"), "{{port}}");
}

}  // namespace
}  // namespace tamarack::config
