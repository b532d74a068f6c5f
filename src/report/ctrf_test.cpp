#include "report/ctrf.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "report/example_view.h"
#include "tests/golden/golden.h"
#include "tests/golden/pretty_json.h"

namespace tamarack::report {
namespace {

namespace json = boost::json;

TEST(Ctrf, TellsEveryOutcome) {
  EXPECT_TRUE(matches_golden("ctrf_mixed.json", pretty_json(to_ctrf(mixed_view()))));
}

TEST(Ctrf, SummaryAddsUpAndMatchesTheTests) {
  const json::value report = json::parse(to_ctrf(mixed_view()));
  const json::object& summary = report.at("results").at("summary").as_object();
  std::map<std::string, std::int64_t> counted;
  for (const json::value& test : report.at("results").at("tests").as_array()) ++counted[std::string(test.at("status").as_string())];
  std::int64_t sum = 0;
  for (const char* status : {"passed", "failed", "skipped", "pending", "other"}) {
    EXPECT_EQ(summary.at(status).to_number<std::int64_t>(), counted[status]) << status;
    sum += summary.at(status).to_number<std::int64_t>();
  }
  EXPECT_EQ(summary.at("tests").to_number<std::int64_t>(), sum);
}

// The schema of CTRF allows no other fields.
TEST(Ctrf, TestsHaveOnlyFieldsTheFormatKnows) {
  const std::set<std::string_view> known{"name",    "status",   "duration",    "start",         "stop",      "suite",
                                         "message", "trace",    "snippet",     "line",          "rawStatus", "tags",
                                         "type",    "filePath", "retries",     "retryAttempts", "flaky",     "stdout",
                                         "stderr",  "threadId", "attachments", "steps",         "extra"};
  const json::value report = json::parse(to_ctrf(mixed_view()));
  for (const json::value& test : report.at("results").at("tests").as_array())
    for (const auto& field : test.as_object())
      EXPECT_TRUE(known.contains(std::string_view(field.key().data(), field.key().size()))) << field.key();
}

}  // namespace
}  // namespace tamarack::report
