// What a killed Tamarack had not heard, read from the folders of its attempts and told to the folded run.
#include "agent/recover.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "agent/invocation.h"
#include "artifact/disk/disk_artifact_store.h"
#include "io/files.h"
#include "run/world.h"
#include "wire/journal.h"

namespace tamarack::agent {
namespace {

using domain::Outcome;
using domain::Verdict;

constexpr const char* a_passed = R"({"type":"test_finished","spec":"unit-0","title_path":["a"],"status":"passed"})";
constexpr const char* hook_failed = R"({"type":"error","error":{"message":"\"after all\" hook: the basket was not emptied"}})";

class RecoverTest : public testing::Test {
 protected:
  // One lease of two units: "a" comes to its end, "b" is cut off.
  RecoverTest() {
    char name[] = "/tmp/tamarack-recover-XXXXXX";
    folder_ = mkdtemp(name);
    adapter_ = std::move(*adapter::make_adapter("mocha"));
    artifacts_ = std::move(*artifact::open_disk_store(folder_ + "/artifacts"));
    EXPECT_TRUE(io::make_directories(attempt_dir()));
  }
  ~RecoverTest() override { (void)io::remove_tree(folder_).has_value(); }

  std::string attempt_dir() const { return attempt_dir_of(folder_, domain::Term{1U}); }
  void wrote(const std::string& line) {
    const adapter::ExecutionContext context{.attempt_dir = attempt_dir(), .shims_dir = {}};
    EXPECT_TRUE(io::append_file(adapter::events_path(context), line + "\n"));
  }
  void resume() {
    const RecoverySource source{.adapter = *adapter_,
                                .suite = suite_,
                                .artifacts = *artifacts_,
                                .run_dir = folder_,
                                .shims_dir = {},
                                .masker = Masker(std::vector<std::string>{"hunter2-hunter2"})};
    for (const run::Event& event : recover(world_.run(), source)) world_.feed(event);
    world_.restart();
    world_.come(1);
  }
  std::vector<run::Disagreed> disagreed() const {
    std::vector<run::Disagreed> found;
    for (const run::Entry& entry : world_.journal())
      if (const auto* one = std::get_if<run::Disagreed>(&entry.record)) found.push_back(*one);
    return found;
  }

  std::string folder_;
  std::unique_ptr<adapter::Adapter> adapter_;
  std::unique_ptr<artifact::ArtifactStore> artifacts_;
  adapter::SuiteSettings suite_;
  run::World world_{{.units = {{"a"}, {"b"}}, .share_invocation = true}};
};

TEST_F(RecoverTest, AnErrorOutsideOfAnyTestFailsTheResumedRun) {
  wrote(a_passed);
  wrote(hook_failed);
  resume();
  EXPECT_EQ(world_.outcome("a"), Outcome::passed);
  world_.pass(1, "b");
  world_.exit(1);
  ASSERT_EQ(disagreed().size(), 1U);
  EXPECT_EQ(disagreed()[0].name, "framework_error");
  EXPECT_EQ(disagreed()[0].message, "\"after all\" hook: the basket was not emptied");
  EXPECT_EQ(world_.run().verdict, Verdict::failed);
}

TEST_F(RecoverTest, WhatTheJournalKnowsIsNotToldTwice) {
  wrote(a_passed);
  wrote(hook_failed);
  world_.feed(run::DisagreementSeen{
      run::World::worker(1), domain::Term{1U}, {"framework_error", "\"after all\" hook: the basket was not emptied"}});
  resume();
  EXPECT_EQ(disagreed().size(), 1U);
}

TEST_F(RecoverTest, UnplannedTestsAndLinesThatCannotBeReadAreNamed) {
  wrote(R"({"type":"test_started","spec":"unit-0","title_path":["a stranger"]})");
  wrote("half a li{\"type\":");
  wrote(a_passed);
  resume();
  ASSERT_EQ(disagreed().size(), 2U);
  EXPECT_EQ(disagreed()[0].name, "unplanned_test");
  EXPECT_EQ(disagreed()[1].name, "bad_event_lines");
}

TEST_F(RecoverTest, ALineThatTheKillCutOffIsNobodysFault) {
  wrote(a_passed);
  const adapter::ExecutionContext context{.attempt_dir = attempt_dir(), .shims_dir = {}};
  EXPECT_TRUE(io::append_file(adapter::events_path(context), R"({"type":"test_fini)"));
  resume();
  EXPECT_TRUE(disagreed().empty());
  world_.pass(1, "b");
  world_.exit(1);
  EXPECT_EQ(world_.run().verdict, Verdict::passed);
}

TEST_F(RecoverTest, NoSecretComesBackThatWasNeverTold) {
  wrote(R"({"type":"test_finished","spec":"unit-0","title_path":["a"],"status":"passed","stdout":"with hunter2-hunter2",)"
        R"("captures":[{"name":"password","value":"hunter2-hunter2"},{"name":"job_id","value":"j-1"}]})");
  wrote(R"({"type":"error","error":{"message":"cannot log in with hunter2-hunter2"}})");
  resume();
  EXPECT_EQ(world_.outcome("a"), Outcome::passed);
  for (const run::Entry& entry : world_.journal())
    EXPECT_EQ(wire::encode_body(entry.record).find("hunter2"), std::string::npos) << wire::encode_body(entry.record);
  ASSERT_EQ(disagreed().size(), 1U);
  EXPECT_EQ(disagreed()[0].message, "cannot log in with ***");
  const auto finished = std::find_if(world_.journal().begin(), world_.journal().end(),
                                     [](const run::Entry& entry) { return std::holds_alternative<run::TestFinished>(entry.record); });
  ASSERT_NE(finished, world_.journal().end());
  const domain::TestReport& report = std::get<run::TestFinished>(finished->record).report;
  EXPECT_EQ(report.output, "with ***");
  EXPECT_EQ(report.captures, (std::vector<domain::Capture>{{"job_id", "\"j-1\""}}));
}

}  // namespace
}  // namespace tamarack::agent
