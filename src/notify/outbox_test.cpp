#include "notify/outbox.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::notify {
namespace {

const Instant noon = from_ms(1'800'000'000'000);

Delivery to(const std::string& target, int number, std::size_t bytes = 10) {
  return {.id = fmt::format("{}.{:04}", target, number),
          .event_id = "evt_1",
          .target = target,
          .body = std::string(bytes, 'b'),
          .created = noon + Millis{number},
          .next = noon};
}

std::string ids(const std::vector<Delivery>& deliveries) {
  std::string text;
  for (const Delivery& one : deliveries) text += one.id + " ";
  return text;
}

TEST(Outbox, sends_one_at_a_time_and_in_order_to_each) {
  Outbox outbox;
  outbox.add({to("a", 1), to("a", 2), to("b", 3)});
  const std::vector<Delivery> first = outbox.take_due(noon);
  EXPECT_EQ(ids(first), "a.0001 b.0003 ");
  EXPECT_EQ(ids(outbox.take_due(noon)), "") << "both are under way";
  EXPECT_EQ(outbox.next_due(), std::nullopt);
  outbox.settle(first[0], {Then::again, noon + Millis{5'000}});
  EXPECT_EQ(ids(outbox.take_due(noon + Millis{4'999})), "") << "the second must not overtake the first";
  EXPECT_EQ(outbox.next_due(), noon + Millis{5'000});
  const std::vector<Delivery> again = outbox.take_due(noon + Millis{5'000});
  EXPECT_EQ(ids(again), "a.0001 ");
  EXPECT_EQ(again[0].attempts, 1);
  outbox.settle(again[0], {Then::done, noon});
  EXPECT_EQ(ids(outbox.take_due(noon)), "a.0002 ");
  EXPECT_EQ(outbox.size(), 2U);
}

TEST(Outbox, takes_the_same_delivery_once) {
  Outbox outbox;
  outbox.add({to("a", 1)});
  outbox.add({to("a", 1)});
  EXPECT_EQ(outbox.size(), 1U);
}

TEST(Outbox, goes_on_with_the_next_when_one_is_given_up_and_with_none_when_the_target_is) {
  Outbox outbox;
  outbox.add({to("a", 1), to("a", 2), to("a", 3), to("b", 4)});
  outbox.settle(outbox.take_due(noon)[0], {Then::give_up, noon});
  const std::vector<Delivery> second = outbox.take_due(noon);
  EXPECT_EQ(ids(second), "a.0002 ");
  outbox.settle(second[0], {Then::give_up_target, noon});
  EXPECT_EQ(ids(outbox.take_due(noon)), "");
  outbox.add({to("a", 5)});
  EXPECT_EQ(outbox.size(), 1U) << "only b's is left, which is under way";
}

TEST(Outbox, loses_the_oldest_when_too_much_waits_but_never_the_one_under_way) {
  Outbox outbox({.deliveries_per_target = 3, .bytes_per_target = 100});
  outbox.add({to("a", 1)});
  const std::vector<Delivery> first = outbox.take_due(noon);
  outbox.add({to("a", 2), to("a", 3), to("a", 4), to("a", 5)});
  EXPECT_EQ(outbox.dropped(), 2U);
  outbox.settle(first[0], {Then::done, noon});
  const std::vector<Delivery> next = outbox.take_due(noon);
  EXPECT_EQ(ids(next), "a.0004 ");
  outbox.add({to("a", 6, 85)});
  EXPECT_EQ(outbox.size(), 2U) << "bytes count as well: 5 had to go";
  outbox.add({to("b", 7, 101)});
  EXPECT_EQ(outbox.size(), 2U) << "too large by itself";
}

TEST(Outbox, keeps_what_a_restart_needs_and_forgets_the_rest) {
  std::map<std::string, std::string> kept;
  const auto keep = [&](Outbox& outbox) {
    for (Change& change : outbox.take_changes())
      if (change.json.empty())
        kept.erase(change.key);
      else
        kept[change.key] = change.json;
  };
  Outbox before;
  Delivery check = to("a", 1);
  check.remember = "acme/shop/r-1";
  before.add({check, to("a", 2), to("a", 10), to("b", 3)});
  before.settle(before.take_due(noon)[0], {Then::done, noon}, "4711");
  before.settle(before.take_due(noon)[0], {Then::again, noon + Millis{7}});
  keep(before);
  EXPECT_EQ(kept.size(), 4U) << "three deliveries and one number";

  kept["delivery/x"] = "broken";
  kept["delivery/y"] = to_json(to("a", 2));  // under another's key
  Outbox after;
  int unread = 0;
  for (const auto& [key, json] : std::map<std::string, std::string>(kept)) unread += after.restore(key, json) ? 0 : 1;
  after.sort();
  keep(after);
  EXPECT_EQ(unread, 2);
  EXPECT_EQ(kept.size(), 4U) << "what cannot be read is forgotten";
  EXPECT_EQ(after.remembered("acme/shop/r-1"), "4711");
  EXPECT_EQ(ids(after.take_due(noon)), "b.0003 ") << "what was under way is owed again; a's first waits";
  const std::vector<Delivery> later = after.take_due(noon + Millis{7});
  EXPECT_EQ(ids(later), "a.0002 ");
  EXPECT_EQ(later[0].attempts, 1);
  EXPECT_EQ(after.drop_target("a"), 0U) << "it is under way";
  after.settle(later[0], {Then::done, noon});
  EXPECT_EQ(after.drop_target("a"), 1U);
  keep(after);
  EXPECT_FALSE(kept.contains("delivery/a.0010"));
}

// Whatever happens: everything that was kept is what is owed, in the order in which it came.
RC_GTEST_PROP(Outbox, keeps_exactly_what_is_owed, (std::vector<std::uint8_t> moves)) {
  Outbox outbox({.deliveries_per_target = 5, .bytes_per_target = 1'000, .remembered = 2});
  std::map<std::string, std::string> kept;
  std::vector<Delivery> under_way;
  std::map<std::string, int> last;
  int number = 0;
  for (const std::uint8_t move : moves) {
    const std::string target = move & 1 ? "a" : "b";
    if (move % 8 < 3) {
      outbox.add({to(target, ++number, move)});
    } else if (move % 8 < 5) {
      for (Delivery& one : outbox.take_due(noon)) under_way.push_back(std::move(one));
    } else if (!under_way.empty()) {
      const Delivery one = under_way.back();
      under_way.pop_back();
      const int own = std::stoi(one.id.substr(2));
      RC_ASSERT(own >= last[one.target]);
      last[one.target] = own;
      outbox.settle(one, {move % 8 == 5 ? Then::again : move % 8 == 6 ? Then::done : Then::give_up, noon}, {});
    }
    for (const Change& change : outbox.take_changes()) {
      if (change.json.empty())
        RC_ASSERT(kept.erase(change.key) == 1U);
      else
        kept[change.key] = change.json;
    }
    RC_ASSERT(kept.size() == outbox.size());
  }
}

}  // namespace
}  // namespace tamarack::notify
