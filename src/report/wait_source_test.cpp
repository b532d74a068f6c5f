#include "report/wait_source.h"

#include <gtest/gtest.h>

namespace tamarack::report {
namespace {

TEST(WaitSource, is_the_kind_of_what_is_looked_at) {
  EXPECT_EQ(source_of_wish(R"({"name":"a/b","pace":{"min_ms":1},"conditions":[{"http":{"url":"http://a/{id}"},"field":"$.s",)"
                           R"("map":{"DONE":"satisfied"},"capture":{"x":"$.x"},"cancel":{"url":"/c"},"until":[{"path":"$.a"}]}]})"),
            "http");
  EXPECT_EQ(source_of_wish(R"({"conditions":[{"name":"n","signal":"approved-{id}"}]})"), "signal");
  EXPECT_EQ(source_of_wish(R"({"conditions":[{"job":"{id}","cancel":true},{"redis":{"url":"redis://a"}},{"job":"other"}]})"), "job, redis");
}

TEST(WaitSource, is_empty_where_nothing_is_said) {
  for (const char* wish : {"", "{}", "[1]", "{\"conditions\":7}", "{\"conditions\":[7,{}]}", "no json"})
    EXPECT_EQ(source_of_wish(wish), "");
}

TEST(WaitSource, names_a_few) {
  EXPECT_EQ(source_of_wish(R"({"conditions":[{"a":{}},{"b":{}},{"c":{}},{"d":{}},{"e":{}},{"f":{}}]})"), "a, b, c, d, e, …");
}

}  // namespace
}  // namespace tamarack::report
