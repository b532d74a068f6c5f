#include "cli/tests_table.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "report/cells.h"

namespace tamarack::cli {
namespace {

std::vector<store::TestRow> rows() {
  std::vector<store::TestRow> found;
  found.push_back({.test = domain::TestId{"a"},
                   .identity = {"checkout/cart.spec.ts", {"guest", "keeps the cart — über Nacht"}, "chromium"},
                   .figures = {.runs = 100,
                               .passed = 80,
                               .failed = 8,
                               .flaky = 12,
                               .flips = 16,
                               .pairs = 98,
                               .p50 = Millis{870},
                               .p95 = Millis{61'000},
                               .trend = 1.5},
                   .last_outcome = domain::Outcome::flaky});
  found.push_back({.test = domain::TestId{"b"},
                   .identity = {"a.spec.ts", {"\x1b[31mpays\n"}, ""},
                   .figures = {.runs = 1, .passed = 1, .p50 = Millis{12}, .p95 = Millis{12}},
                   .last_outcome = domain::Outcome::passed});
  found.push_back({.test = domain::TestId{"c"}, .identity = {"new.spec.ts", {"is new"}, ""}});
  return found;
}

TEST(TestsTable, AlignsItsColumns) {
  EXPECT_EQ(
      tests_table(rows(), {}, {}),
      " flaky  flips failed  runs       p50       p95  trend   test\n"
      "   12%    16%     8%   100    870 ms  1 m 01 s   +50% ~ checkout/cart.spec.ts › guest › keeps the cart — über Nacht [chromium]\n"
      "     ·      ·      ·     1     12 ms     12 ms      · ✓ a.spec.ts › pays\n"
      "     ·      ·      ·     0         ·         ·      ·   new.spec.ts › is new\n");
  EXPECT_EQ(tests_table({}, {}, {}), "");
}

TEST(TestsTable, KeepsToTheWidth) {
  for (const std::size_t width : {80U, 100U, 200U})
    for (const std::string& line : split_lines(tests_table(rows(), {}, {.width = width}))) EXPECT_LT(report::cells_of(line), width) << line;
  EXPECT_NE(tests_table(rows(), {}, {.width = 30}).find("~ …"), std::string::npos) << "a name keeps its end and some cells";
}

TEST(TestsTable, SaysWhoQuarantinedATest) {
  const std::string table = tests_table(rows(),
                                        [](const store::TestRow& row) -> std::optional<coordinator::QuarantineNote> {
                                          if (row.test.value != "b") return std::nullopt;
                                          return coordinator::QuarantineNote{"team-a", "races", "2027-01-31"};
                                        },
                                        {});
  EXPECT_NE(table.find("a.spec.ts › pays\n" + std::string(56, ' ') + "in quarantine until 2027-01-31, team-a\n"), std::string::npos)
      << table;
}

TEST(TestsTable, HasColoursOnlyWhereThereAreAny) {
  EXPECT_EQ(tests_table(rows(), {}, {}).find('\x1b'), std::string::npos);
  const std::string coloured = tests_table(rows(), {}, {.colour = true});
  EXPECT_NE(coloured.find("\x1b[31m"), std::string::npos) << "failures are red";
  EXPECT_EQ(strip_ansi(coloured), tests_table(rows(), {}, {}));
}

}  // namespace
}  // namespace tamarack::cli
