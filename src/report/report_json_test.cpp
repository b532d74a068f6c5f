#include "report/report_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "report/example_view.h"
#include "report/json_writer.h"
#include "report/report_schema.h"
#include "tests/golden/golden.h"
#include "tests/golden/pretty_json.h"

namespace tamarack::report {
namespace {

namespace json = boost::json;

// The types of the page are generated from this file; `npm run types` in web/ follows it.
TEST(ReportSchema, IsTheOneThePageIsMadeFrom) {
  EXPECT_TRUE(matches_golden("../../web/src/model/report.schema.json", pretty_json(report_schema())));
}

TEST(ReportJson, HasTheFieldsOfTheViewThatSaySomething) {
  EXPECT_TRUE(matches_golden("report.json", pretty_json(to_json(mixed_view()))));
}

TEST(ReportJson, LeavesOutDefaultsAndNothingElse) {
  ReportView view;
  const json::value empty = json::parse(to_json(view));
  EXPECT_EQ(empty.as_object().size(), 7U) << "the outline of the document is always written";
  EXPECT_EQ(empty.at("version").as_int64(), 1);
  EXPECT_TRUE(empty.at("run").as_object().empty());
  EXPECT_TRUE(empty.at("tests").as_array().empty());

  view.tests.resize(1);
  view.tests[0].attempts.resize(2);
  view.tests[0].attempts[1].counted = false;
  view.tests[0].attempts[1].errors.resize(1);
  view.workers.resize(1);
  view.workers[0].spans.resize(2);
  view.workers[0].spans[1].test = 0;
  const json::value full = json::parse(to_json(view));
  EXPECT_EQ(json::serialize(full.at("tests")), R"([{"attempts":[{},{"errors":[{}],"counted":false}]}])");
  EXPECT_EQ(json::serialize(full.at("workers")), R"([{"spans":[{},{"test":0}]}])") << "no test is -1, so 0 says something";
}

TEST(ReportJson, ThePageCarriesTheDataAndNothingEndsItsElement) {
  ReportView view = green_view();
  view.run.headline = "</script><script>alert(1)</script><!-- \xe2\x80\xa8";
  const std::string page =
      embed_report(R"(<head></head><script type="application/json" id="tamarack-report">null</script><script>x</script>)", view);
  const std::string opening = R"(<head></head><script type="application/json" id="tamarack-report">)";
  const std::string closing = "</script><script>x</script>";
  ASSERT_TRUE(page.starts_with(opening));
  ASSERT_TRUE(page.ends_with(closing));
  const std::string data = page.substr(opening.size(), page.size() - opening.size() - closing.size());
  EXPECT_EQ(data.find('<'), std::string::npos);
  EXPECT_EQ(json::parse(data).at("run").at("headline").as_string(), view.run.headline);
  EXPECT_EQ(data.find("null"), std::string::npos);
}

RC_GTEST_PROP(JsonWriter, AnyBytesComeBackAsTheirValidText, (const std::string& bytes)) {
  JsonWriter writer;
  writer.begin_array();
  writer.value(bytes);
  writer.end_array();
  RC_ASSERT(json::parse(std::move(writer).take()).at(0).as_string() == to_valid_utf8(bytes));
}

TEST(ReportJson, IsQuickEnoughForAHundredThousandTests) {
  ReportView view = green_view();
  const TestView one = view.tests.front();
  view.tests.assign(100'000, one);
  const std::string text = to_json(view);
  EXPECT_GT(text.size(), 15'000'000U);
  EXPECT_LT(text.size(), 25'000'000U) << "fields at their defaults are left out";
  EXPECT_LT(text.capacity(), 2 * text.size()) << "the reserve is far from what is written";
}

}  // namespace
}  // namespace tamarack::report
