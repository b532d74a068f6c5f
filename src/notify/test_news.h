// News and reports for the tests of this room.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "notify/news.h"
#include "report/example_view.h"
#include "report/report_view.h"

namespace tamarack::notify {

inline constexpr std::string_view test_commit = "9d59409acf479dfa0df1aa568182e43e43df8bbe";

inline News test_news(Event event = Event::run_finished) {
  News news;
  news.event = event;
  news.at = from_ms(1'795'256'672'250);
  news.server_url = "https://tamarack.example.com";
  news.run_url = "https://tamarack.example.com/runs/r-20261121-102418-3f9a";
  news.ci_identity = "github/acme%2Fshop/1836698654/e2e";
  news.ci_url = "https://github.com/acme/shop/actions/runs/1836698654";
  news.ci_attempt = 2;
  news.pull_request = 123;
  return news;
}

inline report::ReportView test_view(report::ReportView view) {
  view.run.commit = std::string(test_commit);
  return view;
}

// A run of `failed` failed tests in as many files, each with everything that needs an escape somewhere.
inline report::ReportView failed_view(std::size_t failed, const std::string& text = "a <b> & c") {
  report::ReportView view = test_view(report::green_view());
  view.tests.clear();
  for (std::size_t i = 0; i < failed; ++i) {
    report::AttemptView attempt = report::attempt_view(1, "ci-1/1", "failed", 100, 50);
    attempt.errors = {report::error_view("Error: " + text, "tests/a" + std::to_string(i) + ".spec.ts", 3, 1)};
    view.tests.push_back(
        report::test_view("t" + std::to_string(i), "tests/a" + std::to_string(i) + ".spec.ts", {text}, "failed", {attempt}));
  }
  view.run.verdict = "failed";
  view.run.headline = std::to_string(failed) + " tests failed";
  view.run.planned = static_cast<std::int64_t>(failed);
  view.ledger = {.failed = static_cast<std::int64_t>(failed)};
  return view;
}

// A broken text ends the test program: it is ours.
inline boost::json::value parsed(std::string_view text) {
  return boost::json::parse({text.data(), text.size()});
}
// The value at a JSON pointer, as text without quotes; "(nothing)" when it is not there.
inline std::string at(const boost::json::value& value, std::string_view pointer) {
  boost::json::error_code missing;
  const boost::json::value* found = value.find_pointer({pointer.data(), pointer.size()}, missing);
  if (found == nullptr) return "(nothing)";
  return found->is_string() ? std::string(std::string_view(found->as_string())) : boost::json::serialize(*found);
}
inline std::string at(std::string_view json, std::string_view pointer) {
  return at(parsed(json), pointer);
}

}  // namespace tamarack::notify
