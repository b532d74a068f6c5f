#include "agent/file_owner.h"

#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

using domain::TestIndex;

constexpr TestIndex pays{0u};
constexpr TestIndex refunds{1u};
constexpr TestIndex ships{2u};

class FileOwnersTest : public testing::Test {
 protected:
  FileOwnersTest() {
    for (const char* title : {"pays as a guest", "refunds", "ships it"}) {
      domain::TestCase test;
      test.identity = {.spec = "shop.spec.ts", .title_path = {"Shop", title}};
      plan_.tests.push_back(test);
    }
  }
  static Instant at(int ms) { return from_ms(1'000'000 + ms); }
  std::vector<TestIndex> owners(const std::string& path, int written) const {
    std::vector<TestIndex> tests;
    for (const FileOwner& owner : owners_.owners_of(path, at(written))) tests.push_back(owner.test);
    return tests;
  }

  domain::Plan plan_;
  FileOwners owners_{plan_};
};

using Tests = std::vector<TestIndex>;

TEST_F(FileOwnersTest, TheTestInFlightOwnsIt) {
  owners_.opened(1, {pays, refunds}, at(0));
  owners_.began(1, pays, 0, at(100));
  owners_.ended(1, pays, 0, at(200));
  owners_.began(1, refunds, 0, at(300));
  EXPECT_EQ(owners("/s/a.png", 150), Tests{pays});
  EXPECT_EQ(owners("/s/a.png", 350), Tests{refunds});
  EXPECT_EQ(owners("/s/a.png", 250), Tests{pays}) << "written after it, by a hook";
  EXPECT_EQ(owners("/s/a.png", 50), Tests{pays}) << "written before the first, by a hook";
  EXPECT_EQ(owners("/s/a.png", 295), Tests{refunds}) << "stamped by a coarse clock";
}

TEST_F(FileOwnersTest, ARetryIsAnExecutionOfItsOwn) {
  owners_.opened(1, {pays}, at(0));
  owners_.began(1, pays, 0, at(100));
  owners_.ended(1, pays, 0, at(200));
  owners_.began(1, pays, 1, at(200));
  ASSERT_EQ(owners_.owners_of("/s/a.png", at(210)).size(), 1U);
  EXPECT_EQ(owners_.owners_of("/s/a.png", at(210)).front().retry, 1);
  EXPECT_EQ(owners_.owners_of("/s/a.png", at(190)).front().retry, 0);
}

TEST_F(FileOwnersTest, WorkersSideBySideAreToldApartByThePathOrNotAtAll) {
  owners_.opened(1, {pays}, at(0));
  owners_.opened(2, {refunds}, at(0));
  owners_.began(1, pays, 0, at(10));
  owners_.began(2, refunds, 0, at(10));
  EXPECT_EQ(owners("/s/Shop -- pays as a guest (failed).png", 50), Tests{pays});
  EXPECT_EQ(owners("/s/refunds.png", 50), Tests{refunds});
  EXPECT_EQ(owners("/s/failure.png", 50), (Tests{pays, refunds})) << "both, rather than a silent guess";
  owners_.ended(2, refunds, 0, at(60));
  EXPECT_EQ(owners("/s/failure.png", 70), Tests{pays}) << "in flight beats ended";
  owners_.closed(2);
  EXPECT_EQ(owners("/s/failure.png", 50), Tests{pays});
}

TEST_F(FileOwnersTest, WithoutLiveEventsThePathDecidesElseTheLast) {
  owners_.opened(1, {pays, refunds, ships}, at(0));
  EXPECT_EQ(owners("/s/refunds/shot.png", 50), Tests{refunds});
  EXPECT_EQ(owners("/s/shot.png", 50), Tests{ships});
}

TEST_F(FileOwnersTest, ACommandsUnitIsNamedByItsFile) {
  plan_.tests.at(0).identity = {.spec = "units/pays.sh"};
  plan_.tests.at(1).identity = {.spec = "units/refunds.sh"};
  owners_.opened(1, {pays}, at(0));
  owners_.opened(2, {refunds}, at(0));
  EXPECT_EQ(owners("/repo/shots/refunds.png", 50), Tests{refunds});
}

TEST_F(FileOwnersTest, NobodyOwnsWhatWasWrittenOutsideOfALease) {
  EXPECT_TRUE(owners("/s/a.png", 50).empty());
  owners_.opened(1, {pays}, at(100));
  EXPECT_TRUE(owners("/s/a.png", 50).empty());
}

}  // namespace
}  // namespace tamarack::agent
