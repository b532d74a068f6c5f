#include "notify/github.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "notify/github_event.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

report::ReportView with_verdict(const std::string& verdict) {
  report::ReportView view = test_view(report::mixed_view());
  view.run.verdict = verdict;
  return view;
}

TEST(CommitStatus, is_what_the_api_takes) {
  EXPECT_EQ(commit_status(test_view(report::green_view()), test_news(), "tamarack/shop"),
            R"({"state":"success","target_url":"https://tamarack.example.com/runs/r-20261121-102418-3f9a",)"
            R"("description":"all 2 tests passed","context":"tamarack/shop"})");
  report::ReportView begun = test_view(report::green_view());
  begun.run.headline = "";
  begun.run.verdict = "running";
  EXPECT_EQ(at(commit_status(begun, test_news(Event::run_started), "x"), "/description"), "2 tests planned");
  News nowhere = test_news();
  nowhere.run_url = "";
  EXPECT_EQ(at(commit_status(begun, nowhere, "x"), "/target_url"), "(nothing)");
}

TEST(CommitStatus, never_says_success_for_what_it_does_not_understand) {
  EXPECT_EQ(at(commit_status(with_verdict("passed"), test_news(Event::run_started), "x"), "/state"), "pending");
  const std::pair<const char*, const char*> rows[] = {
      {"passed", "success"}, {"failed", "failure"},  {"timed_out", "failure"},    {"incomplete", "error"},
      {"invalid", "error"},  {"cancelled", "error"}, {"infrastructure", "error"}, {"interrupted", "error"},
      {"running", "error"},  {"", "error"},          {"Passed", "error"}};
  for (const auto& [verdict, state] : rows)
    EXPECT_EQ(at(commit_status(with_verdict(verdict), test_news(), "x"), "/state"), state) << verdict;
}

TEST(CommitStatus, is_cut_to_140_characters) {
  report::ReportView view = test_view(report::green_view());
  view.run.headline = std::string(100, 'x') + "\n\x1b[31m" + std::string(100, 'y') + "ü";
  const std::string description = at(commit_status(view, test_news(), "x"), "/description");
  EXPECT_LE(description.size(), 140U);
  EXPECT_TRUE(description.ends_with("y…")) << description;
  EXPECT_EQ(description.find_first_of("\n\x1b"), std::string::npos);
}

TEST(CheckRun, begins_and_ends) {
  const CheckRequests begin = check_run(with_verdict("running"), test_news(Event::run_started), "tamarack/shop");
  ASSERT_EQ(begin.bodies.size(), 1U);
  EXPECT_EQ(begin.create_members, R"("head_sha":"9d59409acf479dfa0df1aa568182e43e43df8bbe",)");
  EXPECT_EQ(at(begin.bodies[0], "/status"), "in_progress");
  EXPECT_EQ(at(begin.bodies[0], "/conclusion"), "(nothing)") << "a conclusion would complete it";
  EXPECT_EQ(at(begin.bodies[0], "/started_at"), "2026-11-21T10:24:18.250Z");

  const CheckRequests end = check_run(test_view(report::mixed_view()), test_news(), "tamarack/shop");
  ASSERT_EQ(end.bodies.size(), 1U);
  const boost::json::value body = parsed(end.bodies[0]);
  EXPECT_EQ(at(body, "/name"), "tamarack/shop");
  EXPECT_EQ(at(body, "/external_id"), "r-20261121-102418-3f9a");
  EXPECT_EQ(at(body, "/details_url"), "https://tamarack.example.com/runs/r-20261121-102418-3f9a");
  EXPECT_EQ(at(body, "/status"), "completed");
  EXPECT_EQ(at(body, "/conclusion"), "failure");
  EXPECT_EQ(at(body, "/completed_at"), "2026-11-21T10:24:32.250Z");
  EXPECT_TRUE(at(body, "/output/summary").starts_with("## ⚠️ incomplete"));
  EXPECT_EQ(at(body, "/output/annotations/0/path"), "tests/checkout.spec.ts");
  EXPECT_EQ(at(body, "/output/annotations/0/start_line"), "14");
  EXPECT_EQ(at(body, "/output/annotations/0/end_line"), "14");
  EXPECT_EQ(at(body, "/output/annotations/0/annotation_level"), "failure");
  EXPECT_TRUE(at(body, "/output/annotations/0/message").starts_with("Error: expect(locator)")) << "without colours";
  EXPECT_EQ(at(body, "/output/annotations/4/annotation_level"), "warning") << "in quarantine";
  EXPECT_EQ(at(body, "/output/annotations/5/annotation_level"), "notice") << "flaky";
}

TEST(CheckRun, has_a_conclusion_for_every_verdict) {
  const std::pair<const char*, const char*> rows[] = {
      {"passed", "success"},     {"failed", "failure"},  {"timed_out", "timed_out"},    {"cancelled", "cancelled"},
      {"incomplete", "failure"}, {"invalid", "failure"}, {"infrastructure", "failure"}, {"", "failure"}};
  for (const auto& [verdict, wanted] : rows)
    EXPECT_EQ(at(check_run(with_verdict(verdict), test_news(), "x").bodies[0], "/conclusion"), wanted) << verdict;
}

TEST(CheckRun, sends_fifty_annotations_at_a_time_and_each_once) {
  report::ReportView view = failed_view(130);
  view.tests.push_back(view.tests.front());  // the same place and title, from another machine
  const CheckRequests requests = check_run(view, test_news(), "x");
  ASSERT_EQ(requests.bodies.size(), 3U);
  std::set<std::string> paths;
  for (const std::string& body : requests.bodies) {
    const boost::json::value json = parsed(body);
    const auto& annotations = json.at_pointer("/output/annotations").as_array();
    EXPECT_LE(annotations.size(), annotations_per_request);
    for (const boost::json::value& one : annotations) paths.insert(at(one, "/path"));
    EXPECT_NE(at(json, "/output/title"), "(nothing)") << "GitHub wants title and summary with every output";
    EXPECT_NE(at(json, "/output/summary"), "(nothing)");
  }
  EXPECT_EQ(paths.size(), 130U);
  EXPECT_EQ(at(requests.bodies[1], "/status"), "(nothing)") << "later requests only add";
  EXPECT_EQ(check_run(failed_view(1'000), test_news(), "x").bodies.size(), 4U);
}

TEST(CheckRun, keeps_the_limits_whatever_the_tests_print) {
  for (const std::string& text :
       {std::string(20'000, '`'), std::string(20'000, '<'), std::string("\xff\xfe\x1b[31m\x01 ü"), std::string()}) {
    const CheckRequests requests = check_run(failed_view(60, text), test_news(), std::string(1000, 'n'));
    for (const std::string& body : requests.bodies) {
      EXPECT_TRUE(is_valid_utf8(body));
      const boost::json::value json = parsed(body);
      EXPECT_LE(at(json, "/output/summary").size(), 65'535U);
      EXPECT_LE(at(json, "/output/title").size(), 255U);
      for (const boost::json::value& one : json.at_pointer("/output/annotations").as_array()) {
        EXPECT_LE(at(one, "/title").size(), 255U);
        EXPECT_LE(at(one, "/message").size(), 64U * 1024);
        EXPECT_NE(at(one, "/message"), "") << "GitHub refuses an empty one";
      }
    }
  }
}

TEST(CheckRun, annotates_only_what_can_be_a_file_of_the_repository) {
  report::ReportView view = failed_view(4);
  view.tests[0].attempts[0].errors[0].file = "/usr/lib/node/x.js";  // then the spec
  view.tests[1].attempts[0].errors[0].file = "../../etc/passwd";
  view.tests[1].spec = "/abs.spec.ts";  // then none
  view.tests[2].attempts[0].errors[0].line = 0;
  News news = test_news();
  news.suite_dir = "e2e";
  const boost::json::value body = parsed(check_run(view, news, "x").bodies[0]);
  EXPECT_EQ(at(body, "/output/annotations/0/path"), "e2e/tests/a0.spec.ts");
  EXPECT_EQ(at(body, "/output/annotations/0/start_line"), "7") << "the test's own line";
  EXPECT_EQ(at(body, "/output/annotations/1/path"), "e2e/tests/a2.spec.ts");
  EXPECT_EQ(at(body, "/output/annotations/1/start_line"), "1") << "lines begin at 1";
  EXPECT_EQ(at(body, "/output/annotations/3"), "(nothing)");
}

TEST(GithubEvent, knows_the_head_of_a_pull_request) {
  domain::CiRun run;
  run.commit = std::string(40, 'a');
  run.commit_is_merge = true;
  add_github_event(R"({"action":"synchronize","number":9,"pull_request":{"number":9,"head":{"ref":"feature/cart",
    "sha":"9d59409acf479dfa0df1aa568182e43e43df8bbe"},"base":{"ref":"main","sha":"bb"}}})",
                   run);
  EXPECT_EQ(run.commit, test_commit);
  EXPECT_FALSE(run.commit_is_merge);
  EXPECT_EQ(run.branch, "feature/cart");
  EXPECT_EQ(run.pull_request, 9);
}

TEST(GithubEvent, leaves_the_run_alone_when_it_knows_nothing) {
  domain::CiRun run;
  run.commit = std::string(40, 'a');
  run.branch = "main";
  for (const char* text : {"", "{", "[]", "{\"pull_request\":7}", "{\"pull_request\":{\"head\":[]}}", "{\"ref\":\"refs/heads/main\"}",
                           R"({"pull_request":{"number":-1,"head":{"ref":"a\nb","sha":"HEAD"}}})"})
    add_github_event(text, run);
  EXPECT_EQ(run.commit, std::string(40, 'a'));
  EXPECT_EQ(run.branch, "main");
  EXPECT_EQ(run.pull_request, 0);
  add_github_event(std::string(100'000, '['), run);
}

}  // namespace
}  // namespace tamarack::notify
