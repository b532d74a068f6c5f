#include "report/report_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "report/example_view.h"
#include "report/json_writer.h"
#include "tests/golden/golden.h"
#include "tests/golden/pretty_json.h"

namespace tamarack::report {
namespace {

namespace json = boost::json;

TEST(ReportJson, HasExactlyTheFieldsOfTheView) { EXPECT_TRUE(matches_golden("report.json", pretty_json(to_json(mixed_view())))); }

TEST(ReportJson, ThePageCarriesTheDataAndNothingEndsItsElement) {
  ReportView view = green_view();
  view.run.headline = "</script><script>alert(1)</script><!-- \xe2\x80\xa8";
  const std::string page = embed_report(R"(<head></head><script type="application/json" id="tamarack-report">null</script><script>x</script>)", view);
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
  EXPECT_GT(text.size(), 20'000'000U);
  EXPECT_LT(text.capacity(), 2 * text.size()) << "the reserve is far from what is written";
}

}  // namespace
}  // namespace tamarack::report
