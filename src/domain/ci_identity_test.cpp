#include "domain/ci_identity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace tamarack::domain {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr const char* head = "9d59409acf479dfa0df1aa568182e43e43df8bbe";
constexpr const char* merge = "321d557ec2d724d2c6aaf056b14859ea8468051e";

Environment with(Environment base, const Environment& changes) {
  for (const auto& [name, value] : changes) base[name] = value;
  return base;
}

// As the runners set them, without what is not read here.
const Environment github_push{{"CI", "true"},
                              {"GITHUB_ACTIONS", "true"},
                              {"GITHUB_SERVER_URL", "https://github.com"},
                              {"GITHUB_REPOSITORY", "acme/shop"},
                              {"GITHUB_RUN_ID", "1836698654"},
                              {"GITHUB_RUN_NUMBER", "18"},
                              {"GITHUB_RUN_ATTEMPT", "1"},
                              {"GITHUB_JOB", "e2e"},
                              {"GITHUB_WORKFLOW", "CI"},
                              {"GITHUB_EVENT_NAME", "push"},
                              {"GITHUB_EVENT_PATH", "/home/runner/work/_temp/_github_workflow/event.json"},
                              {"GITHUB_HEAD_REF", ""},
                              {"GITHUB_BASE_REF", ""},
                              {"GITHUB_REF", "refs/heads/feature/cart"},
                              {"GITHUB_REF_NAME", "feature/cart"},
                              {"GITHUB_REF_TYPE", "branch"},
                              {"GITHUB_SHA", head}};
const Environment github_pull_request = with(github_push, {{"GITHUB_EVENT_NAME", "pull_request"},
                                                           {"GITHUB_HEAD_REF", "feature/cart"},
                                                           {"GITHUB_BASE_REF", "main"},
                                                           {"GITHUB_REF", "refs/pull/123/merge"},
                                                           {"GITHUB_REF_NAME", "123/merge"},
                                                           {"GITHUB_SHA", merge}});
const Environment gitlab_push{{"CI", "true"},
                              {"GITLAB_CI", "true"},
                              {"CI_SERVER_HOST", "gitlab.com"},
                              {"CI_PROJECT_PATH", "acme/shop"},
                              {"CI_PIPELINE_ID", "813445"},
                              {"CI_JOB_ID", "5001"},
                              {"CI_JOB_NAME", "e2e 2/3"},
                              {"CI_NODE_INDEX", "2"},
                              {"CI_NODE_TOTAL", "3"},
                              {"CI_COMMIT_BRANCH", "main"},
                              {"CI_COMMIT_REF_NAME", "main"},
                              {"CI_COMMIT_SHA", head},
                              {"CI_JOB_URL", "https://gitlab.com/acme/shop/-/jobs/5001"}};
const Environment buildkite{{"CI", "true"},
                            {"BUILDKITE", "true"},
                            {"BUILDKITE_BUILD_ID", "b81ed283-58b7-4925-aa4a-d3da0eafcf2b"},
                            {"BUILDKITE_BUILD_URL", "https://buildkite.com/acme/shop/builds/59034"},
                            {"BUILDKITE_STEP_ID", "018c0f53-caf7-4ca9-a1e0-4a6f2c6c5e01"},
                            {"BUILDKITE_JOB_ID", "d593f546-8c9a-45f8-8701-a2b92fbea9a7"},
                            {"BUILDKITE_RETRY_COUNT", "0"},
                            {"BUILDKITE_PARALLEL_JOB", "1"},
                            {"BUILDKITE_BRANCH", "feature/cart"},
                            {"BUILDKITE_COMMIT", head},
                            {"BUILDKITE_PULL_REQUEST", "false"}};
const Environment circleci{{"CI", "true"},
                           {"CIRCLECI", "true"},
                           {"CIRCLE_WORKFLOW_ID", "11111111-aaaa-4444-8888-000000000001"},
                           {"CIRCLE_WORKFLOW_WORKSPACE_ID", "11111111-aaaa-4444-8888-000000000001"},
                           {"CIRCLE_JOB", "e2e"},
                           {"CIRCLE_BUILD_NUM", "77"},
                           {"CIRCLE_NODE_INDEX", "1"},
                           {"CIRCLE_NODE_TOTAL", "3"},
                           {"CIRCLE_BRANCH", "feature/cart"},
                           {"CIRCLE_SHA1", head},
                           {"CIRCLE_PULL_REQUEST", "https://github.com/acme/shop/pull/17"},
                           {"CIRCLE_BUILD_URL", "https://circleci.com/gh/acme/shop/77"}};
const Environment azure{{"TF_BUILD", "True"},
                        {"SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"},
                        {"SYSTEM_TEAMPROJECT", "Web Shop"},
                        {"BUILD_BUILDID", "4711"},
                        {"BUILD_REASON", "IndividualCI"},
                        {"BUILD_SOURCEBRANCH", "refs/heads/feature/cart"},
                        {"BUILD_SOURCEBRANCHNAME", "cart"},
                        {"BUILD_SOURCEVERSION", head},
                        {"SYSTEM_STAGENAME", "Test"},
                        {"SYSTEM_PHASENAME", "e2e"},
                        {"SYSTEM_JOBID", "12f1170f-54f2-53f3-20dd-22fc7dff55f9"},
                        {"SYSTEM_JOBNAME", "Job1"},
                        {"SYSTEM_JOBATTEMPT", "1"},
                        {"SYSTEM_STAGEATTEMPT", "1"},
                        {"SYSTEM_PULLREQUEST_PULLREQUESTID", "$(System.PullRequest.PullRequestId)"}};
const Environment jenkins{
    {"CI", "true"},           {"JENKINS_URL", "https://ci.example.com/"}, {"JOB_NAME", "shop/PR-24"},
    {"BUILD_NUMBER", "153"},  {"BUILD_TAG", "jenkins-shop-PR-24-153"},    {"BUILD_URL", "https://ci.example.com/job/shop/job/PR-24/153/"},
    {"BRANCH_NAME", "PR-24"}, {"CHANGE_BRANCH", "feature/cart"},          {"CHANGE_ID", "24"},
    {"GIT_COMMIT", head}};

struct Row {
  const char* name;
  Environment environment;
  const char* provider;
  const char* identity;
  std::int64_t attempt;
  const char* branch;
  const char* commit;
  bool merge;
  std::int64_t pull_request;
  const char* url;
};

TEST(CiIdentity, reads_what_each_system_says) {
  const Row rows[] = {
      {"GitHub, push", github_push, "github", "github/acme%2Fshop/1836698654/e2e", 1, "feature/cart", head, false, 0,
       "https://github.com/acme/shop/actions/runs/1836698654"},
      {"GitHub, pull request: the head branch, and the commit is known to be the merge", github_pull_request, "github",
       "github/acme%2Fshop/1836698654/e2e", 1, "feature/cart", merge, true, 123, "https://github.com/acme/shop/actions/runs/1836698654"},
      {"GitHub, failed jobs run again", with(github_push, {{"GITHUB_RUN_ATTEMPT", "2"}}), "github", "github/acme%2Fshop/1836698654/e2e", 2,
       "feature/cart", head, false, 0, "https://github.com/acme/shop/actions/runs/1836698654/attempts/2"},
      {"GitHub, tag", with(github_push, {{"GITHUB_REF", "refs/tags/v1"}, {"GITHUB_REF_NAME", "v1"}, {"GITHUB_REF_TYPE", "tag"}}), "github",
       "github/acme%2Fshop/1836698654/e2e", 1, "", head, false, 0, "https://github.com/acme/shop/actions/runs/1836698654"},
      {"GitHub Enterprise", with(github_push, {{"GITHUB_SERVER_URL", "https://git.acme.com"}}), "github",
       "github/git.acme.com/acme%2Fshop/1836698654/e2e", 1, "feature/cart", head, false, 0,
       "https://git.acme.com/acme/shop/actions/runs/1836698654"},
      {"GitLab, one of three machines", gitlab_push, "gitlab", "gitlab/acme%2Fshop/813445/e2e", 0, "main", head, false, 0,
       "https://gitlab.com/acme/shop/-/jobs/5001"},
      {"GitLab, merged results pipeline of a merge request",
       with(gitlab_push, {{"CI_COMMIT_BRANCH", ""},
                          {"CI_COMMIT_SHA", merge},
                          {"CI_MERGE_REQUEST_IID", "9"},
                          {"CI_MERGE_REQUEST_EVENT_TYPE", "merged_result"},
                          {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feature/cart"},
                          {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", head}}),
       "gitlab", "gitlab/acme%2Fshop/813445/e2e", 0, "feature/cart", head, false, 9, "https://gitlab.com/acme/shop/-/jobs/5001"},
      {"GitLab, matrix: another configuration is another run",
       with(gitlab_push, {{"CI_JOB_NAME", "e2e: [firefox]"}, {"CI_SERVER_HOST", "git.acme.com"}}), "gitlab",
       "gitlab/git.acme.com/acme%2Fshop/813445/e2e: [firefox]", 0, "main", head, false, 0, "https://gitlab.com/acme/shop/-/jobs/5001"},
      {"Buildkite", buildkite, "buildkite", "buildkite/b81ed283-58b7-4925-aa4a-d3da0eafcf2b/018c0f53-caf7-4ca9-a1e0-4a6f2c6c5e01", 1,
       "feature/cart", head, false, 0, "https://buildkite.com/acme/shop/builds/59034#d593f546-8c9a-45f8-8701-a2b92fbea9a7"},
      {"Buildkite, retried, pull request, commit not known yet",
       with(buildkite,
            {{"BUILDKITE_RETRY_COUNT", "2"}, {"BUILDKITE_PULL_REQUEST", "31"}, {"BUILDKITE_COMMIT", "HEAD"}, {"BUILDKITE_JOB_ID", "j"}}),
       "buildkite", "buildkite/b81ed283-58b7-4925-aa4a-d3da0eafcf2b/018c0f53-caf7-4ca9-a1e0-4a6f2c6c5e01", 3, "feature/cart", "", false, 31,
       "https://buildkite.com/acme/shop/builds/59034#j"},
      {"CircleCI", circleci, "circleci", "circleci/11111111-aaaa-4444-8888-000000000001/e2e", 0, "feature/cart", head, false, 17,
       "https://circleci.com/gh/acme/shop/77"},
      {"Azure", azure, "azure", "azure/dev.azure.com%2Facme%2F/Web Shop/4711/Test/e2e", 1, "feature/cart", head, false, 0,
       "https://dev.azure.com/acme/Web%20Shop/_build/results?buildId=4711&view=logs&j=12f1170f-54f2-53f3-20dd-22fc7dff55f9"},
      {"Azure, pull request from GitHub, the stage run again",
       with(azure, {{"BUILD_REASON", "PullRequest"},
                    {"BUILD_SOURCEBRANCH", "refs/pull/5/merge"},
                    {"BUILD_SOURCEVERSION", merge},
                    {"SYSTEM_PULLREQUEST_PULLREQUESTID", "987654321"},
                    {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "5"},
                    {"SYSTEM_PULLREQUEST_SOURCEBRANCH", "refs/heads/feature/cart"},
                    {"SYSTEM_PULLREQUEST_SOURCECOMMITID", head},
                    {"SYSTEM_STAGEATTEMPT", "2"}}),
       "azure", "azure/dev.azure.com%2Facme%2F/Web Shop/4711/Test/e2e", 2, "feature/cart", head, false, 5,
       "https://dev.azure.com/acme/Web%20Shop/_build/results?buildId=4711&view=logs&j=12f1170f-54f2-53f3-20dd-22fc7dff55f9"},
      {"Jenkins, pull request", jenkins, "jenkins", "jenkins/ci.example.com/shop%2FPR-24/153", 0, "feature/cart", head, false, 24,
       "https://ci.example.com/job/shop/job/PR-24/153/"},
      {"Jenkins, one branch", with(jenkins, {{"CHANGE_ID", ""}, {"CHANGE_BRANCH", ""}, {"BRANCH_NAME", ""}, {"GIT_BRANCH", "origin/main"}}),
       "jenkins", "jenkins/ci.example.com/shop%2FPR-24/153", 0, "main", head, false, 0, "https://ci.example.com/job/shop/job/PR-24/153/"},
      {"anything", {{"TAMARACK_CI_ID", "nightly-2026-11-21"}}, "", "id/nightly-2026-11-21", 0, "", "", false, 0, ""},
      {"the own identity wins, the rest stays", with(github_push, {{"TAMARACK_CI_ID", "shop/7"}}), "github", "id/shop%2F7", 1,
       "feature/cart", head, false, 0, "https://github.com/acme/shop/actions/runs/1836698654"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const CiRun run = read_ci(row.environment);
    EXPECT_EQ(to_string(run.provider), row.provider);
    EXPECT_EQ(run.identity, row.identity) << run.reason;
    EXPECT_EQ(run.attempt, row.attempt);
    EXPECT_EQ(run.branch, row.branch);
    EXPECT_EQ(run.commit, row.commit);
    EXPECT_EQ(run.commit_is_merge, row.merge);
    EXPECT_EQ(run.pull_request, row.pull_request);
    EXPECT_EQ(run.url, row.url);
    EXPECT_EQ(run.reason, "");
  }
}

// The promise of the header: a retry and another machine of the job are the same run, everything else is another.
TEST(CiIdentity, is_the_same_for_retries_and_machines_and_another_for_a_new_run) {
  struct Pair {
    const char* name;
    Environment first;
    Environment second;
    bool same;
  };
  const Pair pairs[] = {
      {"GitHub, failed jobs again", github_push, with(github_push, {{"GITHUB_RUN_ATTEMPT", "2"}}), true},
      {"GitHub, next push", github_push, with(github_push, {{"GITHUB_RUN_ID", "1836698655"}}), false},
      {"GitHub, other job", github_push, with(github_push, {{"GITHUB_JOB", "smoke"}}), false},
      {"GitLab, retry", gitlab_push, with(gitlab_push, {{"CI_JOB_ID", "5077"}}), true},
      {"GitLab, other machine", gitlab_push, with(gitlab_push, {{"CI_JOB_NAME", "e2e 3/3"}, {"CI_NODE_INDEX", "3"}}), true},
      {"GitLab, new pipeline", gitlab_push, with(gitlab_push, {{"CI_PIPELINE_ID", "813446"}}), false},
      {"GitLab, a job that is called so", gitlab_push, with(gitlab_push, {{"CI_JOB_NAME", "e2e 1/2"}}), false},
      {"Buildkite, retry", buildkite, with(buildkite, {{"BUILDKITE_RETRY_COUNT", "1"}, {"BUILDKITE_JOB_ID", "other"}}), true},
      {"Buildkite, other machine", buildkite, with(buildkite, {{"BUILDKITE_PARALLEL_JOB", "2"}, {"BUILDKITE_JOB_ID", "x"}}), true},
      {"Buildkite, rebuild", buildkite, with(buildkite, {{"BUILDKITE_BUILD_ID", "other"}}), false},
      {"CircleCI, from failed", circleci, with(circleci, {{"CIRCLE_WORKFLOW_ID", "2"}, {"CIRCLE_BUILD_NUM", "91"}}), true},
      {"CircleCI, other node", circleci, with(circleci, {{"CIRCLE_NODE_INDEX", "2"}}), true},
      {"CircleCI, from the start", circleci, with(circleci, {{"CIRCLE_WORKFLOW_ID", "2"}, {"CIRCLE_WORKFLOW_WORKSPACE_ID", "2"}}), false},
      {"Azure, job again", azure, with(azure, {{"SYSTEM_JOBATTEMPT", "2"}}), true},
      {"Azure, other job of the phase", azure, with(azure, {{"SYSTEM_JOBNAME", "Job2"}, {"SYSTEM_JOBID", "x"}}), true},
      {"Azure, other stage", azure, with(azure, {{"SYSTEM_STAGENAME", "Nightly"}}), false},
      {"Azure, new build", azure, with(azure, {{"BUILD_BUILDID", "4712"}}), false},
      {"Jenkins, rebuild", jenkins, with(jenkins, {{"BUILD_NUMBER", "154"}}), false},
      {"suites of one job", with(github_push, {{"TAMARACK_SUITE", "firefox"}}), with(github_push, {{"TAMARACK_SUITE", "webkit"}}), false},
      {"parts do not run into each other", with(github_push, {{"GITHUB_JOB", "a//b"}}),
       with(github_push, {{"GITHUB_JOB", "a"}, {"TAMARACK_SUITE", "b"}}), false},
  };
  for (const Pair& pair : pairs) {
    const std::string first = read_ci(pair.first).identity;
    const std::string second = read_ci(pair.second).identity;
    EXPECT_FALSE(first.empty()) << pair.name;
    EXPECT_EQ(first == second, pair.same) << pair.name << ": " << first << " and " << second;
  }
  EXPECT_EQ(read_ci(github_push, "firefox").identity, read_ci(with(github_push, {{"TAMARACK_SUITE", "firefox"}})).identity);
  EXPECT_EQ(read_ci(with(github_push, {{"TAMARACK_SUITE", "firefox"}}), "webkit").identity, read_ci(github_push, "webkit").identity);
}

TEST(CiIdentity, says_why_there_is_none) {
  struct Row {
    Environment environment;
    const char* reason;
  };
  const std::string bad = "a\nGITHUB_RUN_ID=7";
  const std::string long_value(10'000, 'x');
  const Row rows[] = {
      {{}, "this is not a job of a known CI system: set TAMARACK_CI_ID to give it an identity"},
      {{{"CI", "true"}}, "CI is set, but no variable of a known CI system tells this job from another one: set TAMARACK_CI_ID"},
      {with(github_push, {{"GITHUB_RUN_ID", ""}}), "GITHUB_RUN_ID is not set: set TAMARACK_CI_ID to give this job an identity"},
      {with(github_push, {{"GITHUB_JOB", bad}}),
       "GITHUB_JOB is not usable (control characters, not UTF-8, or too long): set TAMARACK_CI_ID to give this job an identity"},
      {with(gitlab_push, {{"CI_JOB_NAME", long_value}}),
       "CI_JOB_NAME is not usable (control characters, not UTF-8, or too long): set TAMARACK_CI_ID to give this job an identity"},
      // A broken own identity must not fall back to another one: it would join a run that nobody meant.
      {with(github_push, {{"TAMARACK_CI_ID", "a\xff"}}),
       "TAMARACK_CI_ID is not usable (control characters, not UTF-8, or too long): set TAMARACK_CI_ID to give this job an identity"},
      {with(github_push, {{"TAMARACK_SUITE", "a\nb"}}),
       "the name of the suite is not usable: it has control characters, is not UTF-8, or is too long"},
  };
  for (const Row& row : rows) {
    const CiRun run = read_ci(row.environment);
    EXPECT_EQ(run.reason, row.reason);
    EXPECT_EQ(run.identity, "");
  }
}

TEST(CiIdentity, drops_facts_that_are_not_what_they_should_be) {
  const CiRun run = read_ci(with(github_push, {{"GITHUB_REF_NAME", "main\x1b[31m"},
                                               {"GITHUB_SHA", "HEAD; rm -rf /"},
                                               {"GITHUB_RUN_ATTEMPT", "second"},
                                               {"GITHUB_SERVER_URL", "javascript:alert(1)"}}));
  EXPECT_NE(run.identity, "");
  EXPECT_EQ(run.branch, "");
  EXPECT_EQ(run.commit, "");
  EXPECT_EQ(run.attempt, 0);
  EXPECT_EQ(run.url, "");
  std::vector<std::string> unused = run.unused;
  std::sort(unused.begin(), unused.end());
  EXPECT_EQ(unused, (std::vector<std::string>{"GITHUB_REF_NAME", "GITHUB_RUN_ATTEMPT", "GITHUB_SERVER_URL", "GITHUB_SHA"}));
}

RC_GTEST_PROP(CiIdentity, is_bounded_clean_and_settled_for_any_bytes, ()) {
  Environment environment = *rc::gen::elementOf(
      std::vector<Environment>{github_pull_request, gitlab_push, buildkite, circleci, azure, jenkins, {{"TAMARACK_CI_ID", "x"}}});
  for (auto& [name, value] : environment)
    if (*rc::gen::inRange(0, 4) == 0) value = *rc::gen::arbitrary<std::string>();
  const CiRun run = read_ci(environment, *rc::gen::arbitrary<std::string>());
  RC_ASSERT(run.identity.empty() != run.reason.empty());
  RC_ASSERT(run.identity.size() <= ci_identity_bytes_max);
  for (const std::string& text : {run.identity, run.branch, run.commit, run.url, run.event_file}) {
    RC_ASSERT(is_valid_utf8(text));
    RC_ASSERT(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  }
  RC_ASSERT(run.attempt >= 0);
}

}  // namespace
}  // namespace tamarack::domain
