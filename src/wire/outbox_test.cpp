// What an agent has said is kept until it is acknowledged: in order, a window at a time, on the disk where there is one.
#include "wire/outbox.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "wire/delivery.h"

namespace tamarack::wire {
namespace {

// A disk that can be full, and forgets on demand.
class MemoryDisk final : public OutboxDisk {
 public:
  bool keep(std::int64_t seq, const std::string& text) override {
    if (full) return false;
    texts[seq] = text;
    return true;
  }
  std::optional<std::string> text_of(std::int64_t seq) override {
    const auto found = texts.find(seq);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  }
  void let_go(std::int64_t seq) override { texts.erase(texts.begin(), texts.upper_bound(seq)); }
  std::vector<Outbox::Kept> kept() const {
    std::vector<Outbox::Kept> all;
    for (const auto& [seq, text] : texts) all.push_back({seq, text.size()});
    return all;
  }

  std::map<std::int64_t, std::string> texts;
  bool full = false;
};

WorkerDown words(std::size_t bytes) {
  return {.worker = {}, .gone = true, .message = std::string(bytes, 'w'), .log_tail = {}};
}
std::vector<std::int64_t> numbers(const std::vector<std::string>& texts) {
  std::vector<std::int64_t> all;
  for (const std::string& text : texts) all.push_back(decode_from_agent(text)->seq);
  return all;
}
using Numbers = std::vector<std::int64_t>;

TEST(Outbox, SendsAWindowAndTheRestAsItIsAcknowledged) {
  Outbox outbox({.window_max = 2'700});
  for (int i = 0; i < 6; ++i) outbox.add(words(1'000));
  EXPECT_EQ(numbers(outbox.due()), (Numbers{1, 2}));
  EXPECT_TRUE(outbox.due().empty());
  outbox.acknowledged(1);
  EXPECT_EQ(numbers(outbox.due()), (Numbers{3}));
  EXPECT_EQ(numbers(outbox.all()), (Numbers{2, 3})) << "a new link begins with what the old one may have lost";
  outbox.acknowledged(6);
  EXPECT_TRUE(outbox.is_empty());
}

TEST(Outbox, SendsAMessageThatIsLargerThanTheWindowAlone) {
  Outbox outbox({.window_max = 2'700});
  for (const std::size_t bytes : {10, 9'000, 10}) outbox.add(words(bytes));
  EXPECT_EQ(numbers(outbox.due()), (Numbers{1}));
  outbox.acknowledged(1);
  EXPECT_EQ(numbers(outbox.due()), (Numbers{2}));
  outbox.acknowledged(2);
  EXPECT_EQ(numbers(outbox.due()), (Numbers{3}));
}

TEST(Outbox, DoesNotRepeatWhatIsBeingHeardWhileMoreWaits) {
  Outbox outbox({.window_max = 2'700});
  for (int i = 0; i < 9; ++i) outbox.add(words(1'000));
  (void)outbox.due();
  EXPECT_TRUE(outbox.repeat().empty());
  outbox.acknowledged(1);
  EXPECT_EQ(numbers(outbox.repeat()), (Numbers{3})) << "it moves: only what is due";
  EXPECT_EQ(numbers(outbox.repeat()), (Numbers{2, 3})) << "nothing was heard since the last look";
}

TEST(Outbox, CutsWhatTheLinkWouldNotCarry) {
  Outbox outbox({.message_max = 64 << 10});
  const std::string text = outbox.pack(WorkerDown{.worker = domain::WorkerId{"a/1"}, .message = std::string(1 << 20, 'x')});
  EXPECT_LE(text.size(), 64U << 10);
  EXPECT_NE(text.find("cut: too much for one message"), std::string::npos);
  EXPECT_EQ(decode_from_agent(text)->seq, 1);
}

TEST(Outbox, KeepsLittleInMemoryWhenItLiesOnTheDisk) {
  MemoryDisk disk;
  Outbox outbox({.window_max = 100'000, .memory_max = 5'000});
  outbox.keep_on(disk);
  std::vector<std::string> said;
  for (int i = 0; i < 1'000; ++i) outbox.add(words(static_cast<std::size_t>(i)));
  EXPECT_LE(outbox.memory_bytes(), 5'000U);
  EXPECT_EQ(disk.texts.size(), 1'000U);
  while (!outbox.is_empty()) {
    for (const std::string& text : outbox.due()) said.push_back(text);
    outbox.acknowledged(static_cast<std::int64_t>(said.size()));
  }
  ASSERT_EQ(said.size(), 1'000U);
  EXPECT_EQ(std::get<WorkerDown>(decode_from_agent(said[700])->message).message.size(), 700U);
  EXPECT_TRUE(disk.texts.empty()) << "what was acknowledged is let go";
}

TEST(Outbox, GoesOnInMemoryWhileTheDiskIsFullAndCatchesUpInOrder) {
  MemoryDisk disk;
  Outbox outbox({.memory_max = 1'000});
  outbox.keep_on(disk);
  outbox.add(words(700));
  disk.full = true;
  for (int i = 0; i < 3; ++i) outbox.add(words(700));
  EXPECT_EQ(disk.texts.size(), 1U);
  EXPECT_GT(outbox.memory_bytes(), 2'800U) << "nothing is forgotten that lies nowhere else";
  disk.full = false;
  outbox.add(words(700));
  EXPECT_EQ(disk.texts.size(), 5U);
  EXPECT_LE(outbox.memory_bytes(), 2'000U);
  EXPECT_EQ(numbers(outbox.due()), (Numbers{1, 2, 3, 4, 5}));
}

TEST(Outbox, GoesOnWhereADeadProcessWas) {
  MemoryDisk disk;
  {
    Outbox dead;
    dead.keep_on(disk);
    for (int i = 0; i < 5; ++i) dead.add(words(10));
    dead.acknowledged(2);
  }
  Outbox outbox;
  outbox.restore(disk, disk.kept(), 2);
  EXPECT_EQ(outbox.first_waiting(), 3);
  EXPECT_EQ(numbers(outbox.all()), (Numbers{3, 4, 5}));
  outbox.add(words(1));
  EXPECT_EQ(numbers(outbox.due()), (Numbers{6}));
  outbox.acknowledged(8);
  outbox.add(words(1));
  EXPECT_EQ(numbers(outbox.due()), (Numbers{9})) << "the coordinator had heard more than the disk remembers";
}

TEST(Outbox, AGoodbyeIsSaidAndNotKept) {
  MemoryDisk disk;
  Outbox outbox;
  outbox.keep_on(disk);
  outbox.add(words(1));
  outbox.add(Gone{"left"});
  EXPECT_EQ(numbers(outbox.due()), (Numbers{1, 2}));
  EXPECT_EQ(disk.texts.size(), 1U);
}

// A lost message must not be a lost number: nothing after it would be heard.
TEST(Outbox, FillsTheGapOfWhatCannotBeReadBack) {
  MemoryDisk disk;
  Outbox outbox({.memory_max = 0});
  outbox.keep_on(disk);
  for (int i = 0; i < 3; ++i) outbox.add(words(10));
  disk.texts.erase(2);
  const auto texts = outbox.due();
  EXPECT_EQ(numbers(texts), (Numbers{1, 2, 3}));
  EXPECT_TRUE(std::holds_alternative<Beat>(decode_from_agent(texts[1])->message));
}

// Whatever is said, lost, acknowledged, refused by the disk or interrupted by a death: the coordinator takes in every number once and in
// order, and what a disk that always worked has kept is all there.
RC_GTEST_PROP(Outbox, DeliversEverythingOnce, (const std::vector<std::uint8_t>& moves)) {
  MemoryDisk disk;
  const OutboxLimits limits{.window_max = 900, .memory_max = 600};
  auto outbox = std::make_unique<Outbox>(limits);
  outbox->keep_on(disk);
  Inbox inbox;
  std::int64_t said = 0;
  const auto hear = [&](const std::vector<std::string>& texts, std::uint8_t lost) {
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (lost == 0 || i % 3 != lost % 3U) inbox.accept(decode_from_agent(texts[i])->seq);
  };
  for (const std::uint8_t move : moves) {
    switch (move % 5) {
      case 0:
        outbox->add(words(move));
        ++said;
        break;
      case 1:
        hear(outbox->due(), move / 5);
        break;
      case 2:
        hear(outbox->repeat(), move / 5);
        break;
      case 3:
        outbox->acknowledged(inbox.last());
        break;
      default: {
        const std::int64_t acknowledged = outbox->first_waiting() - 1;
        outbox = std::make_unique<Outbox>(limits);
        outbox->restore(disk, disk.kept(), acknowledged);
        hear(outbox->all(), 0);
      }
    }
    RC_ASSERT(outbox->last() == said);
    RC_ASSERT(outbox->memory_bytes() <= 600U);
  }
  for (int i = 0; i < 10'000 && !outbox->is_empty(); ++i) {
    hear(outbox->all(), 0);
    outbox->acknowledged(inbox.last());
  }
  RC_ASSERT(outbox->is_empty());
  RC_ASSERT(inbox.last() == said);
}

}  // namespace
}  // namespace tamarack::wire
