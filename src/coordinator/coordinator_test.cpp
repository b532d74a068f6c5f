// The coordinator's shell on a real loop with its writer thread: a scripted agent at the other end of the link.
#include "coordinator/coordinator.h"

#include <gtest/gtest.h>

#include "store/memory/memory_store.h"
#include "wire/journal.h"

namespace tamarack::coordinator {
namespace {

class RefusingStore final : public store::MemoryStore {
 public:
  Result<> commit(const store::Commit&) override { return make_error(ErrorCode::io, "the disk is full"); }
};

domain::Plan plan_of(std::size_t tests) {
  domain::Plan plan;
  plan.workers = 2;
  plan.units_share_invocation = false;
  for (std::size_t i = 0; i < tests; ++i) {
    domain::TestCase test{.identity = {fmt::format("u{}", i), {}, ""}};
    test.id = make_test_id(test.identity);
    plan.tests.push_back(test);
    plan.units.push_back(
        {.index = domain::UnitIndex{i}, .title = test.identity.spec, .tests = {domain::TestIndex{i}}, .estimate = Millis{10}});
  }
  return plan;
}

// An agent that passes every test it is given, at once.
class QuickAgent {
 public:
  explicit QuickAgent(std::unique_ptr<io::Link> link, std::int64_t workers) : link_(std::move(link)), workers_(workers) {
    link_->on_message([this](const std::string& text) { hear(text); });
  }
  void start() { link_->send(wire::encode(wire::AgentEnvelope{0, wire::Hello{.agent = domain::AgentId{"quick"}, .workers = workers_}})); }
  int leases_seen = 0;
  std::int64_t acknowledged = 0;

 private:
  void say(wire::FromAgent message) { link_->send(outbox_.pack(std::move(message))); }
  void hear(const std::string& text) {
    const auto message = wire::decode_to_agent(text);
    ASSERT_TRUE(message);
    if (std::holds_alternative<wire::Welcome>(*message))
      for (std::int64_t w = 1; w <= workers_; ++w) say(wire::WorkerUp{domain::WorkerId{fmt::format("quick/{}", w)}, Millis{0}});
    if (const auto* ack = std::get_if<wire::Acknowledged>(&*message)) acknowledged = ack->seq;
    if (std::holds_alternative<wire::GoHome>(*message)) say(wire::Gone{"home"});
    const auto* lease = std::get_if<wire::Lease>(&*message);
    if (lease == nullptr) return;
    ++leases_seen;
    for (const schedule::Piece& piece : lease->pieces)
      for (const domain::TestIndex test : piece.tests) {
        say(wire::TestBegan{lease->worker, lease->term, test, 0, {}});
        say(wire::TestEnded{lease->worker, lease->term, {.test = test, .status = domain::TestStatus::passed, .duration = Millis{10}}});
      }
    say(wire::InvocationEnded{lease->worker, lease->term, false, {}, {}});
  }

  std::unique_ptr<io::Link> link_;
  std::int64_t workers_;
  wire::Outbox outbox_;
};

class CoordinatorTest : public testing::Test {
 protected:
  void build(store::Store& store) {
    coordinator_.emplace(loop_, clock_, store, writing_, CoordinatorSettings{.run = domain::RunId{"r-1"}, .row = {.project = "p"}},
                         CoordinatorCallbacks{.on_entry = [this](const run::Entry& entry) { entries_.push_back(entry); },
                                              .on_finished = [this] { coordinator_->send_home(Millis{5000}, [this] { loop_.stop(); }); },
                                              .on_broken =
                                                  [this](const Error& error) {
                                                    broken_ = error.message;
                                                    loop_.stop();
                                                  }});
    auto [here, there] = io::make_memory_link(loop_);
    coordinator_->attach(std::move(here));
    agent_.emplace(std::move(there), 2);
    agent_->start();
  }
  void run() {
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] {
      ADD_FAILURE() << "the run hangs";
      loop_.stop();
    });
    loop_.run();
  }

  io::Loop loop_;
  io::SystemClock clock_;
  io::Lane writing_{loop_};
  std::optional<Coordinator> coordinator_;
  std::optional<QuickAgent> agent_;
  std::vector<run::Entry> entries_;
  std::string broken_;
};

TEST_F(CoordinatorTest, EveryEffectFollowsADurableEntry) {
  store::MemoryStore store;
  build(store);
  coordinator_->begin(plan_of(50), {});
  run();
  EXPECT_EQ(coordinator_->run().verdict, domain::Verdict::passed);
  EXPECT_EQ(agent_->leases_seen, 50);
  EXPECT_GT(agent_->acknowledged, 150);
  const auto rows = store.journal(domain::RunId{"r-1"});
  ASSERT_TRUE(rows);
  EXPECT_GE(rows->size(), entries_.size());
  run::Run folded;
  for (const store::JournalRow& row : *rows) run::apply(folded, {row.seq, row.at, *wire::decode_record(row.kind, row.body)});
  EXPECT_EQ(folded.ledger, coordinator_->run().ledger);
  const auto row = store.run(domain::RunId{"r-1"});
  EXPECT_EQ((*row)->verdict, "passed");
  EXPECT_EQ(store.history("p")->tests.size(), 50U);
}

TEST_F(CoordinatorTest, AgentsMayComeBeforeThePlan) {
  store::MemoryStore store;
  build(store);
  // The plan arrives turns later, when the agent has said everything it has to say.
  const io::Timer later = loop_.after(Millis{20}, [this] { coordinator_->begin(plan_of(3), {}); });
  run();
  EXPECT_EQ(coordinator_->run().verdict, domain::Verdict::passed);
}

TEST_F(CoordinatorTest, AJournalThatCannotBeWrittenStopsEverything) {
  RefusingStore store;
  build(store);
  coordinator_->begin(plan_of(3), {});
  run();
  EXPECT_EQ(broken_, "the journal cannot be written: the disk is full");
  EXPECT_EQ(agent_->leases_seen, 0) << "no effect without a durable entry";
  EXPECT_TRUE(entries_.empty());
}

}  // namespace
}  // namespace tamarack::coordinator
