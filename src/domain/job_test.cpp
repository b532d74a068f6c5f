#include "domain/job.h"

#include <gtest/gtest.h>

#include <array>

#include "domain/wait.h"

namespace tamarack::domain {
namespace {

constexpr std::array all{JobStatus::pending,   JobStatus::queued, JobStatus::initializing, JobStatus::running,
                         JobStatus::completed, JobStatus::failed, JobStatus::cancelled,    JobStatus::lost};

TEST(JobStatus, EveryWordIsReadBackAndNoOther) {
  for (const JobStatus status : all) EXPECT_EQ(parse_job_status(to_string(status)), status);
  EXPECT_EQ(to_string(JobStatus::initializing), "INITIALIZING");
  for (const char* text : {"", "running", "SUCCESS", "RUNNING ", "DONE"}) EXPECT_EQ(parse_job_status(text), std::nullopt) << text;
}

TEST(JobStatus, OnlyMovesForwardAndNothingFollowsAnEnd) {
  for (const JobStatus from : all)
    for (const JobStatus to : all) {
      const bool forward = static_cast<int>(to) > static_cast<int>(from) && !is_final(from);
      EXPECT_EQ(may_follow(from, to), forward) << to_string(from) << " to " << to_string(to);
    }
}

TEST(WaitOutcome, HasTheExitCodesOfVerdicts) {
  EXPECT_EQ(exit_code_of(WaitOutcome::satisfied), 0);
  EXPECT_EQ(exit_code_of(WaitOutcome::failed), 1);
  EXPECT_EQ(exit_code_of(WaitOutcome::timed_out), 3);
  EXPECT_EQ(exit_code_of(WaitOutcome::lost), 4);
  EXPECT_EQ(exit_code_of(WaitOutcome::invalid), 5);
  EXPECT_EQ(exit_code_of(WaitOutcome::cancelled), 7);
}

}  // namespace
}  // namespace tamarack::domain
