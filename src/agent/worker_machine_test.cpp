#include "agent/worker_machine.h"

#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

using domain::Term;
using domain::TestIndex;
using domain::TestStatus;
using domain::UnitIndex;

class WorkerMachineTest : public testing::Test {
 protected:
  void up(WorkerOptions options = {}) {
    options.id = domain::WorkerId{"local/1"};
    machine_.emplace(options);
    on(Begin{});
  }
  void on(const Fact& fact) {
    for (Order& order : machine_->on(fact)) orders_.push_back(std::move(order));
  }
  template <class T>
  std::vector<T> ordered() const {
    std::vector<T> found;
    for (const Order& order : orders_)
      if (const T* one = std::get_if<T>(&order)) found.push_back(*one);
    return found;
  }
  template <class T>
  std::vector<T> said() const {
    std::vector<T> found;
    for (const Say& say : ordered<Say>())
      if (const T* one = std::get_if<T>(&say.message)) found.push_back(*one);
    return found;
  }
  void lease(std::uint32_t term, int tests) {
    schedule::Piece piece{UnitIndex{0u}, {}};
    for (int i = 0; i < tests; ++i) piece.tests.push_back(TestIndex{static_cast<std::uint32_t>(i)});
    on(LeaseGiven{Term{term}, {piece}});
  }
  void run_test(std::uint32_t test, TestStatus status) {
    on(TestBegan{TestIndex{test}, 0, {}});
    on(TestEnded{{.test = TestIndex{test}, .status = status}});
  }
  std::vector<std::string> disagreements() const {
    std::vector<std::string> names;
    for (const auto& ended : said<wire::InvocationEnded>())
      for (const auto& one : ended.disagreements) names.push_back(one.name);
    return names;
  }

  std::optional<WorkerMachine> machine_;
  std::vector<Order> orders_;
};

TEST_F(WorkerMachineTest, TheCapturesOfALeaseComeToItsInvocationEvenAfterAReset) {
  const std::vector<run::LeaseCaptures> captures{{{TestIndex{0u}}, {{"job_id", "\"j-1\""}}}};
  up({.has_app = true, .has_reset = true});
  on(AppUp{});
  lease(1, 1);
  on(InvocationExited{});
  on(LeaseGiven{Term{2u}, {schedule::Piece{UnitIndex{0u}, {TestIndex{0u}}}}, captures});
  on(ResetEnded{});
  ASSERT_EQ(ordered<StartInvocation>().size(), 2U);
  EXPECT_EQ(ordered<StartInvocation>().back().captures, captures);
}

TEST_F(WorkerMachineTest, RunsALeaseAndIsFreeAgain) {
  up();
  lease(1, 1);
  ASSERT_EQ(ordered<StartInvocation>().size(), 1U);
  EXPECT_EQ(machine_->held(), (std::vector{Term{1u}}));
  run_test(0, TestStatus::passed);
  on(InvocationExited{.exit_code = 0});
  EXPECT_TRUE(disagreements().empty());
  EXPECT_EQ(machine_->phase(), WorkerMachine::Phase::idle);
}

TEST_F(WorkerMachineTest, ARepeatedLeaseIsObeyedOnce) {
  up();
  lease(1, 1);
  lease(1, 1);
  EXPECT_EQ(ordered<StartInvocation>().size(), 1U);
  on(InvocationExited{});
  lease(1, 1);
  EXPECT_EQ(ordered<StartInvocation>().size(), 1U) << "an old order that was delayed";
}

TEST_F(WorkerMachineTest, NamesEveryDisagreement) {
  up();
  lease(1, 2);
  run_test(0, TestStatus::passed);
  on(InvocationExited{.exit_code = 0, .events_expected = true});
  EXPECT_EQ(disagreements(), (std::vector<std::string>{"fewer_tests_than_planned", "truncated_events"}));
  orders_.clear();
  lease(2, 1);
  run_test(0, TestStatus::failed);
  on(InvocationExited{.exit_code = 0});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"exit_code_disagrees"});
  orders_.clear();
  lease(3, 1);
  run_test(0, TestStatus::passed);
  on(InvocationExited{.exit_code = 139});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"crash_after_last_test"});
  orders_.clear();
  lease(4, 1);
  run_test(0, TestStatus::failed);
  on(InvocationExited{.exit_code = 1, .failed_tests_code = true});
  EXPECT_TRUE(disagreements().empty());
}

TEST_F(WorkerMachineTest, AKilledFrameworkIsLostAndNotADisagreement) {
  up();
  lease(1, 2);
  run_test(0, TestStatus::passed);
  on(InvocationExited{.exit_code = -1, .signal = 9});
  EXPECT_TRUE(said<wire::InvocationEnded>().at(0).process_lost);
  EXPECT_TRUE(disagreements().empty());
}

TEST_F(WorkerMachineTest, AFrameworkThatIsKilledAfterItsLastTestDidNotComeToItsEnd) {
  up();
  lease(1, 1);
  run_test(0, TestStatus::passed);
  on(InvocationExited{.exit_code = -1, .signal = 11});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"crash_after_last_test"});
  orders_.clear();
  lease(2, 1);
  run_test(0, TestStatus::passed);
  on(InvocationExited{.exit_code = -1, .signal = 15, .lost = true, .timed_out = true});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"crash_after_last_test"}) << "it hung in its teardown and we ended it";
  EXPECT_TRUE(said<wire::InvocationEnded>().at(0).invocation.timed_out);
  orders_.clear();
  lease(3, 1);
  run_test(0, TestStatus::timed_out);
  on(InvocationExited{.exit_code = -1, .signal = 15, .lost = true, .timed_out = true});
  EXPECT_TRUE(disagreements().empty()) << "the test that was in flight tells it";
}

TEST_F(WorkerMachineTest, AFailedTestDoesNotExcuseAnotherExitCode) {
  up();
  lease(1, 1);
  run_test(0, TestStatus::failed);
  on(InvocationExited{.exit_code = 3});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"exit_code_disagrees"});
  orders_.clear();
  lease(2, 2);
  run_test(0, TestStatus::passed);
  run_test(1, TestStatus::interrupted);
  on(InvocationExited{.exit_code = 0});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"fewer_tests_than_planned"}) << "an interrupted test has not failed";
}

TEST_F(WorkerMachineTest, ADeadApplicationIsNotTheTestsFault) {
  up({.has_app = true});
  on(AppUp{Millis{10}});
  lease(1, 1);
  on(TestBegan{TestIndex{0u}, 0, {}});
  on(AppDown{"the application exited with code 1", "boom"});
  EXPECT_EQ(ordered<StopInvocation>().size(), 1U);
  on(TestEnded{{.test = TestIndex{0u}, .status = TestStatus::failed}});
  EXPECT_TRUE(said<wire::TestEnded>().empty());
  on(InvocationExited{.exit_code = 143});
  EXPECT_TRUE(said<wire::InvocationEnded>().at(0).process_lost);
  EXPECT_EQ(ordered<StartApp>().size(), 2U) << "it is started again";
  EXPECT_FALSE(said<wire::WorkerDown>().at(0).gone);
  on(AppUp{Millis{10}});
  EXPECT_EQ(machine_->phase(), WorkerMachine::Phase::idle);
}

TEST_F(WorkerMachineTest, AnApplicationThatNeverStartsEndsTheWorker) {
  up({.has_app = true});
  on(AppDown{"not ready within 60 s", "log", false});
  EXPECT_EQ(ordered<StartApp>().size(), 1U) << "it would only take as long again";
  EXPECT_TRUE(said<wire::WorkerDown>().at(0).gone);
  EXPECT_EQ(machine_->phase(), WorkerMachine::Phase::failed);
}

TEST_F(WorkerMachineTest, AFirstStartThatEndsEarlyIsTriedOnceMoreBeforeItIsTold) {
  up({.has_app = true});
  on(AppDown{"the application exited with code 98 before it was ready", "address already in use"});
  EXPECT_EQ(ordered<StartApp>().size(), 2U);
  EXPECT_TRUE(said<wire::WorkerDown>().empty()) << "its port was only free a moment before: that is nobody's fault";
  on(AppUp{Millis{10}});
  EXPECT_EQ(said<wire::WorkerUp>().size(), 1U);
  lease(1, 1);
  on(InvocationExited{});
  on(AppDown{"the application ended", ""});
  EXPECT_FALSE(said<wire::WorkerDown>().at(0).gone) << "the repetition does not count as one of its restarts";
}

TEST_F(WorkerMachineTest, AnApplicationThatEndsEarlyTwiceEndsTheWorker) {
  up({.has_app = true});
  on(AppDown{"exited with code 9", "log"});
  on(AppDown{"exited with code 9", "log"});
  EXPECT_EQ(ordered<StartApp>().size(), 2U);
  EXPECT_EQ(said<wire::WorkerDown>().size(), 1U);
  EXPECT_TRUE(said<wire::WorkerDown>().at(0).gone);
}

TEST_F(WorkerMachineTest, TheApplicationIsResetBetweenLeases) {
  up({.has_app = true, .has_reset = true});
  on(AppUp{});
  lease(1, 1);
  EXPECT_TRUE(ordered<ResetApp>().empty()) << "it is fresh";
  on(InvocationExited{});
  lease(2, 1);
  ASSERT_EQ(ordered<ResetApp>().size(), 1U);
  on(ResetEnded{});
  EXPECT_EQ(ordered<StartInvocation>().size(), 2U);
}

TEST_F(WorkerMachineTest, AStopForALeaseThatNeverCameIsAnswered) {
  up();
  on(StopGiven{Term{5u}});
  EXPECT_EQ(said<wire::InvocationEnded>().at(0).term, Term{5u});
  lease(5, 1);
  EXPECT_TRUE(ordered<StartInvocation>().empty());
}

TEST_F(WorkerMachineTest, ALeaseThatComesWhileTheApplicationStartsAgainWaits) {
  up({.has_app = true});
  on(AppUp{});
  on(AppDown{"the application ended", ""});
  lease(1, 1);
  EXPECT_TRUE(said<wire::InvocationEnded>().empty()) << "giving it back would count against its tests";
  EXPECT_EQ(machine_->held(), (std::vector{Term{1u}}));
  on(AppUp{});
  EXPECT_EQ(ordered<StartInvocation>().size(), 1U);
}

TEST_F(WorkerMachineTest, ALeaseThatWaitsIsGivenBackWhenTheApplicationIsGone) {
  up({.has_app = true, .app_restarts_max = 1});
  on(AppUp{});
  on(AppDown{"the application ended", ""});
  lease(1, 1);
  on(AppDown{"the application ended", ""});
  EXPECT_EQ(said<wire::InvocationEnded>().at(0).term, Term{1u});
  EXPECT_TRUE(machine_->held().empty());
}

TEST_F(WorkerMachineTest, ALeaseEndsWithItsFrameworkAlsoWhenTheApplicationDiesTwice) {
  up({.has_app = true});
  on(AppUp{});
  lease(1, 1);
  on(AppDown{"the application ended", ""});
  on(AppDown{"the application did not become ready", ""});
  EXPECT_TRUE(said<wire::InvocationEnded>().empty()) << "its framework still runs: the next lease must not get what it says";
  EXPECT_EQ(ordered<StopInvocation>().size(), 1U);
  on(InvocationExited{.exit_code = 143});
  EXPECT_EQ(said<wire::InvocationEnded>().size(), 1U);
}

TEST_F(WorkerMachineTest, AStopMeantForAnotherWorkerDoesNotMakeItDeafToItsOwnLease) {
  up();
  on(StopGiven{Term{9u}});
  lease(8, 1);
  EXPECT_EQ(ordered<StartInvocation>().size(), 1U);
}

TEST_F(WorkerMachineTest, ATestThatWasNotLeasedDoesNotStandInForOneThatWas) {
  up();
  lease(1, 2);
  run_test(0, TestStatus::passed);
  run_test(7, TestStatus::passed);
  on(InvocationExited{.exit_code = 0});
  EXPECT_EQ(disagreements(), std::vector<std::string>{"fewer_tests_than_planned"});
}

TEST_F(WorkerMachineTest, WhatIsWrongIsSaidAtOnceAndAgainAtTheEnd) {
  up();
  lease(1, 1);
  run_test(0, TestStatus::passed);
  on(FrameworkError{"an after hook failed"});
  on(UnplannedTest{"a › stranger"});
  ASSERT_EQ(said<wire::DisagreementSeen>().size(), 2U) << "whoever is killed now has told it";
  EXPECT_EQ(said<wire::DisagreementSeen>()[0].term, Term{1u});
  EXPECT_EQ(said<wire::DisagreementSeen>()[0].disagreement.message, "an after hook failed");
  EXPECT_EQ(said<wire::DisagreementSeen>()[1].disagreement.name, "unplanned_test");
  on(InvocationExited{.exit_code = 1});
  EXPECT_EQ(disagreements(), (std::vector<std::string>{"framework_error", "unplanned_test"}));
}

TEST_F(WorkerMachineTest, AFloodOfErrorsIsToldAtTheEnd) {
  up();
  lease(1, 1);
  for (int i = 0; i < 300; ++i) on(FrameworkError{fmt::format("error {}", i)});
  EXPECT_EQ(said<wire::DisagreementSeen>().size(), 100U);
  on(StopGiven{Term{1u}});
  on(FrameworkError{"it was told to stop"});
  EXPECT_EQ(said<wire::DisagreementSeen>().size(), 100U);
  on(InvocationExited{.exit_code = 1});
  EXPECT_EQ(disagreements().size(), 300U);
}

}  // namespace
}  // namespace tamarack::agent
