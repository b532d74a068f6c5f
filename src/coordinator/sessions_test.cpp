// Agents come, fall silent, lose their connection, come back, die and lie: what the run is told, and what they are told.
#include "coordinator/sessions.h"

#include <gtest/gtest.h>

namespace tamarack::coordinator {
namespace {

const Instant start = from_ms(1'000'000);
const domain::AgentId a1{"a1"};

wire::AgentEnvelope hello(const std::string& session, std::int64_t next = 1, std::int64_t workers = 2) {
  return {0, wire::Hello{.agent = a1, .workers = workers, .session = session, .next = next}};
}
wire::AgentEnvelope beat(std::int64_t seq) {
  return {seq, wire::Beat{}};
}
wire::AgentEnvelope up(std::int64_t seq, const std::string& worker) {
  return {seq, wire::WorkerUp{domain::WorkerId{worker}, Millis{5}}};
}

template <class Event>
std::vector<Event> fed(const SessionOrders& orders) {
  std::vector<Event> events;
  for (const SessionOrder& order : orders)
    if (const auto* feed = std::get_if<FeedRun>(&order))
      if (const auto* event = std::get_if<Event>(&feed->event)) events.push_back(*event);
  return events;
}
template <class Message>
std::vector<Message> said(const SessionOrders& orders, LinkId link) {
  std::vector<Message> messages;
  for (const SessionOrder& order : orders)
    if (const auto* send = std::get_if<SendTo>(&order); send != nullptr && send->link == link)
      if (const auto* message = std::get_if<Message>(&send->message)) messages.push_back(*message);
  return messages;
}
std::vector<LinkId> closed_links(const SessionOrders& orders) {
  std::vector<LinkId> links;
  for (const SessionOrder& order : orders)
    if (const auto* close = std::get_if<CloseLink>(&order)) links.push_back(close->link);
  return links;
}

class SessionsTest : public testing::Test {
 protected:
  Sessions remote_{{.heartbeat = Millis{5'000}, .agents_may_come_back = true}};
  Sessions local_{{.heartbeat = Millis{1'000}}};
};

TEST_F(SessionsTest, AnAgentIsWelcomedAndItsWorkersJoin) {
  const LinkId link = remote_.opened();
  const SessionOrders orders = remote_.heard(link, hello("s1"), start);
  ASSERT_EQ(said<wire::Welcome>(orders, link).size(), 1U);
  EXPECT_EQ(said<wire::Welcome>(orders, link)[0].heartbeat, Millis{5'000});
  const auto workers = fed<run::WorkerAppeared>(orders);
  ASSERT_EQ(workers.size(), 2U);
  EXPECT_EQ(workers[1].worker.value, "a1/2");
  EXPECT_EQ(remote_.link_of_worker(domain::WorkerId{"a1/2"}), link);
  EXPECT_EQ(remote_.link_of_worker(domain::WorkerId{"a2/1"}), std::nullopt);
}

TEST_F(SessionsTest, WhoHasAWorkerAndWhoSpeaksOfItsLeasesIsTold) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  EXPECT_EQ(fed<run::WorkerBecameReady>(remote_.heard(link, up(1, "a1/1"), start)).at(0).session, "s1");
  EXPECT_EQ(fed<run::Heartbeat>(remote_.heard(link, beat(2), start)).at(0).session, "s1");
  const wire::AgentEnvelope down{3, wire::WorkerDown{.worker = domain::WorkerId{"a1/1"}, .message = "it died"}};
  EXPECT_EQ(fed<run::WorkerFailed>(remote_.heard(link, down, start)).at(0).session, "s1");
}

// Sent home by a run that only waits, and back for its next phase: what it says is counted from one again, under another name.
TEST_F(SessionsTest, AnAgentThatLeftAndComesAgainSpeaksInASessionOfItsOwn) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s-1"), start);
  (void)remote_.heard(first, up(1, "a1/1"), start);
  EXPECT_EQ(fed<run::AgentLost>(remote_.heard(first, {2, wire::Gone{"sent home"}}, start)).size(), 1U);
  const LinkId second = remote_.opened();
  const auto appeared = fed<run::WorkerAppeared>(remote_.heard(second, hello("s-2"), start));
  ASSERT_EQ(appeared.size(), 2U);
  EXPECT_EQ(appeared[0].session, "s-2");
  EXPECT_EQ(fed<run::WorkerBecameReady>(remote_.heard(second, up(1, "a1/1"), start)).size(), 1U);
}

TEST_F(SessionsTest, AProtocolNobodySpeaksIsRefusedAndBothVersionsAreNamed) {
  const LinkId link = remote_.opened();
  wire::AgentEnvelope newer = hello("s1");
  std::get<wire::Hello>(newer.message).protocol = 7;
  const SessionOrders orders = remote_.heard(link, newer, start);
  ASSERT_EQ(said<wire::Refused>(orders, link).size(), 1U);
  EXPECT_NE(said<wire::Refused>(orders, link)[0].reason.find("protocol 7, the coordinator speaks 1"), std::string::npos);
  EXPECT_TRUE(fed<run::WorkerAppeared>(orders).empty());
  EXPECT_TRUE(remote_.heard(link, up(1, "a1/1"), start).empty()) << "nobody may speak without having been welcomed";
}

TEST_F(SessionsTest, AHelloThatIsRepeatedIsAnsweredAgainAndChangesNothing) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  const SessionOrders again = remote_.heard(link, hello("s1"), start);
  EXPECT_EQ(said<wire::Welcome>(again, link).size(), 1U);
  EXPECT_TRUE(fed<run::WorkerAppeared>(again).empty());
}

TEST_F(SessionsTest, MessagesAreTakenOnceInOrderAndAcknowledged) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  EXPECT_EQ(fed<run::WorkerBecameReady>(remote_.heard(link, up(1, "a1/1"), start)).size(), 1U);
  EXPECT_TRUE(remote_.heard(link, up(1, "a1/1"), start).empty()) << "a repeat";
  EXPECT_TRUE(remote_.heard(link, up(3, "a1/2"), start).empty()) << "too early";
  EXPECT_EQ(fed<run::WorkerBecameReady>(remote_.heard(link, up(2, "a1/2"), start)).size(), 1U);
  const auto acknowledgements = remote_.take_acknowledgements();
  ASSERT_EQ(acknowledgements.size(), 1U);
  EXPECT_EQ(acknowledgements.begin()->second, 2);
  EXPECT_EQ(remote_.link_of_session(acknowledgements.begin()->first), link);
}

TEST_F(SessionsTest, AnAgentSpeaksForItsOwnWorkersOnly) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  EXPECT_TRUE(fed<run::WorkerBecameReady>(remote_.heard(link, up(1, "other/1"), start)).empty());
  EXPECT_TRUE(fed<run::WorkerBecameReady>(remote_.heard(link, up(2, "a12/1"), start)).empty()) << "a1 is not a prefix of its name";
}

TEST_F(SessionsTest, WhoComesBackOnAnotherLinkGoesOnWhereItWas) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s1"), start);
  (void)remote_.heard(first, up(1, "a1/1"), start);
  EXPECT_TRUE(remote_.closed(first, start).empty()) << "a closed connection is no dead agent";
  const LinkId second = remote_.opened();
  const SessionOrders back = remote_.heard(second, hello("s1", 1), start + Millis{3'000});
  EXPECT_TRUE(fed<run::WorkerAppeared>(back).empty());
  EXPECT_EQ(fed<run::AgentBack>(back).size(), 1U);
  EXPECT_TRUE(remote_.heard(second, up(1, "a1/1"), start).empty()) << "said again on the new link, known from the old one";
  EXPECT_EQ(remote_.link_of_worker(domain::WorkerId{"a1/1"}), second);
}

TEST_F(SessionsTest, TheOldLinkIsClosedWhenASessionMovesBeforeItsEndWasNoticed) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s1"), start);
  const LinkId second = remote_.opened();
  EXPECT_EQ(closed_links(remote_.heard(second, hello("s1"), start)), std::vector{first});
  EXPECT_TRUE(remote_.heard(first, up(1, "a1/1"), start).empty()) << "nobody listens to the old link any more";
  EXPECT_TRUE(remote_.closed(first, start).empty());
}

TEST_F(SessionsTest, ANewProcessOfTheSameAgentMeansTheOldOneIsDead) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s1"), start);
  const LinkId second = remote_.opened();
  const SessionOrders orders = remote_.heard(second, hello("s2"), start);
  EXPECT_EQ(fed<run::AgentLost>(orders).size(), 1U);
  EXPECT_EQ(fed<run::WorkerAppeared>(orders).size(), 2U);
  EXPECT_EQ(closed_links(orders), std::vector{first});
}

TEST_F(SessionsTest, SilenceIsNoticedAfterTwoHeartbeats) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  EXPECT_TRUE(remote_.look_after(start + Millis{9'999}).empty());
  const auto away = fed<run::AgentAway>(remote_.look_after(start + Millis{10'000}));
  ASSERT_EQ(away.size(), 1U);
  EXPECT_TRUE(away[0].keep_leases) << "its tests may be running on: the leases expire by themselves";
  EXPECT_TRUE(remote_.look_after(start + Millis{20'000}).empty()) << "said once";
  EXPECT_EQ(fed<run::AgentBack>(remote_.heard(link, beat(1), start + Millis{21'000})).size(), 1U);
}

TEST_F(SessionsTest, AClosedLinkIsADeadAgentAfterOneAndAHalfHeartbeats) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  (void)remote_.closed(link, start + Millis{1'000});
  EXPECT_TRUE(fed<run::AgentAway>(remote_.look_after(start + Millis{8'000})).empty());
  const auto away = fed<run::AgentAway>(remote_.look_after(start + Millis{9'000}));
  ASSERT_EQ(away.size(), 1U);
  EXPECT_FALSE(away[0].keep_leases);
}

TEST_F(SessionsTest, InOneProcessAClosedLinkIsADeadAgentAtOnce) {
  const LinkId link = local_.opened();
  (void)local_.heard(link, hello(""), start);
  EXPECT_EQ(fed<run::AgentLost>(local_.closed(link, start)).size(), 1U);
  EXPECT_FALSE(local_.is_anybody_there());
  EXPECT_TRUE(local_.look_after(start + Millis{100'000}).empty());
}

TEST_F(SessionsTest, WhoSaysGoodbyeIsGone) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s1"), start);
  EXPECT_EQ(fed<run::AgentLost>(remote_.heard(link, {1, wire::Gone{"sent home"}}, start)).size(), 1U);
  EXPECT_FALSE(remote_.is_anybody_there());
}

TEST_F(SessionsTest, AfterARestartTheJournalKnowsHowFarASessionWasHeard) {
  remote_.remember({{"s1", 7}});
  const LinkId link = remote_.opened();
  // Acknowledged up to 4; the words 5 to 7 are in the journal, their acknowledgement was lost with the old process.
  const SessionOrders back = remote_.heard(link, hello("s1", 5), start);
  EXPECT_EQ(fed<run::AgentBack>(back).size(), 1U);
  EXPECT_TRUE(remote_.heard(link, up(5, "a1/1"), start).empty());
  EXPECT_TRUE(remote_.heard(link, up(7, "a1/1"), start).empty());
  EXPECT_EQ(fed<run::WorkerBecameReady>(remote_.heard(link, up(8, "a1/1"), start)).size(), 1U);
}

TEST_F(SessionsTest, AfterARestartASessionWithoutATraceGoesOnWhereItWasAcknowledged) {
  const LinkId link = remote_.opened();
  (void)remote_.heard(link, hello("s9", 12), start);
  EXPECT_EQ(fed<run::WorkerBecameReady>(remote_.heard(link, up(12, "a1/1"), start)).size(), 1U);
}

wire::AgentEnvelope last_words(const std::string& session, std::int64_t next) {
  wire::AgentEnvelope envelope = hello(session, next);
  std::get<wire::Hello>(envelope.message).last_words = true;
  return envelope;
}
wire::AgentEnvelope result(std::int64_t seq) {
  return {seq, wire::TestEnded{domain::WorkerId{"a1/1"}, domain::Term{1u}, {}}};
}

TEST_F(SessionsTest, TheLastWordsOfADeadProcessAreHeardAndNothingIsHandedToIt) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s1"), start);
  (void)remote_.heard(first, up(1, "a1/1"), start);
  (void)remote_.closed(first, start);
  const LinkId second = remote_.opened();
  const SessionOrders back = remote_.heard(second, last_words("s1", 2), start + Millis{1'000});
  EXPECT_EQ(said<wire::Welcome>(back, second).size(), 1U);
  EXPECT_TRUE(fed<run::AgentBack>(back).empty()) << "nobody is back";
  EXPECT_TRUE(fed<run::WorkerBecameReady>(remote_.heard(second, up(2, "a1/2"), start)).empty());
  EXPECT_TRUE(fed<run::Heartbeat>(remote_.heard(second, beat(3), start)).empty()) << "its leases are not renewed";
  EXPECT_EQ(fed<run::TestEnded>(remote_.heard(second, result(4), start)).size(), 1U);
  const wire::DisagreementSeen seen{domain::WorkerId{"a1/1"}, domain::Term{1u}, {"framework_error", "an after hook failed"}};
  EXPECT_EQ(fed<run::DisagreementSeen>(remote_.heard(second, {5, seen}, start)).size(), 1U);
  const auto heard = remote_.take_acknowledgements();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard.begin()->second, 5);
  const SessionOrders gone = remote_.heard(second, {6, wire::Gone{"its process had ended"}}, start);
  EXPECT_EQ(fed<run::AgentLost>(gone).size(), 1U) << "its leases are free at once";
  EXPECT_EQ(closed_links(gone), std::vector{second});
}

TEST_F(SessionsTest, LastWordsAfterARestartOfTheCoordinatorAreHeardAsWell) {
  remote_.remember({{"s1", 7}});
  const LinkId link = remote_.opened();
  const SessionOrders back = remote_.heard(link, last_words("s1", 5), start);
  EXPECT_TRUE(fed<run::WorkerAppeared>(back).empty());
  EXPECT_TRUE(fed<run::AgentBack>(back).empty());
  ASSERT_TRUE(remote_.has_acknowledgements()) << "what was heard before the restart need not be waited for";
  EXPECT_EQ(remote_.take_acknowledgements().begin()->second, 7);
  EXPECT_EQ(fed<run::TestEnded>(remote_.heard(link, result(8), start)).size(), 1U);
  EXPECT_EQ(fed<run::AgentLost>(remote_.heard(link, {9, wire::Gone{}}, start)).size(), 1U);
}

TEST_F(SessionsTest, LastWordsStandBackForALivingProcess) {
  const LinkId living = remote_.opened();
  (void)remote_.heard(living, hello("s2"), start);
  const LinkId link = remote_.opened();
  const SessionOrders orders = remote_.heard(link, last_words("s1", 1), start);
  EXPECT_TRUE(fed<run::AgentLost>(orders).empty());
  EXPECT_TRUE(closed_links(orders).empty());
  EXPECT_EQ(fed<run::TestEnded>(remote_.heard(link, result(1), start)).size(), 1U);
  EXPECT_TRUE(fed<run::AgentLost>(remote_.heard(link, {2, wire::Gone{}}, start)).empty()) << "the agent lives";
  EXPECT_EQ(remote_.link_of_worker(domain::WorkerId{"a1/1"}), living);
}

TEST_F(SessionsTest, ASessionThatIsGoneIsNotHeardTwice) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s1"), start);
  (void)remote_.heard(first, result(1), start);
  (void)remote_.heard(first, {2, wire::Gone{}}, start);
  const LinkId second = remote_.opened();
  (void)remote_.heard(second, last_words("s1", 1), start);
  EXPECT_TRUE(fed<run::TestEnded>(remote_.heard(second, result(1), start)).empty());
}

TEST_F(SessionsTest, WhoRepeatsWhatWasHeardIsToldSo) {
  const LinkId first = remote_.opened();
  (void)remote_.heard(first, hello("s1"), start);
  (void)remote_.heard(first, up(1, "a1/1"), start);
  (void)remote_.take_acknowledgements();  // and lost
  const LinkId second = remote_.opened();
  (void)remote_.heard(second, hello("s1", 1), start);
  ASSERT_TRUE(remote_.has_acknowledgements());
  EXPECT_EQ(remote_.take_acknowledgements().begin()->second, 1);
}

}  // namespace
}  // namespace tamarack::coordinator
