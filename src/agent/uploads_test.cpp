// Files on their way to a server that is away, comes back, or does not want them. The port is the test; time is a real loop with short
// pauses.
#include "agent/uploads.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

const Error away = make_error(ErrorCode::unavailable, "connection refused");

class UploadsTest : public testing::Test {
 protected:
  UploadsTest() {
    UploadPort port{.missing =
                        [this](std::vector<std::string> sha256, auto done) {
                          asked_.push_back(sha256);
                          loop_.post([this, sha256 = std::move(sha256), done = std::move(done)] {
                            if (server_is_away_) return done(away);
                            std::vector<wire::MissingBlob> missing;
                            for (const std::string& one : sha256)
                              if (!has_.contains(one)) missing.push_back({one, one == "half" ? 7 : 0});
                            done(std::move(missing));
                          });
                        },
                    .send =
                        [this](const std::string& sha256, const std::string& path, std::int64_t offset, auto done) {
                          sent_.push_back(fmt::format("{} {} {}", sha256, path, offset));
                          loop_.post([this, sha256, done = std::move(done)] {
                            if (sha256 == "bad") return done(make_error(ErrorCode::conflict, "it changed"));
                            if (server_is_away_) return done(away);
                            has_.insert(sha256);
                            done({});
                          });
                        }};
    uploads_ = std::make_unique<Uploads>(
        loop_, std::move(port),
        UploadCallbacks{.on_owed = [this](const std::string& one) { told_.push_back("owed " + one); },
                        .on_settled = [this](const std::string& one) { told_.push_back("settled " + one); },
                        .on_refused = [this](const std::string& one, const Error& why) { told_.push_back(one + ": " + why.message); },
                        .on_trouble =
                            [this](const Error& why) {
                              told_.push_back("trouble: " + why.message);
                              if (on_trouble_) on_trouble_();
                            }},
        UploadRules{.first_pause = Millis{1}, .pause_max = Millis{4}});
  }
  void run_until_done(Millis patience = Millis{20'000}, Millis quiet_max = Millis{20'000}) {
    uploads_->when_done(patience, quiet_max, [this] { loop_.stop(); });
    loop_.run();
  }

  io::Loop loop_;
  bool server_is_away_ = false;
  std::set<std::string> has_;
  std::vector<std::vector<std::string>> asked_;
  std::vector<std::string> sent_;
  std::vector<std::string> told_;
  std::function<void()> on_trouble_;
  std::unique_ptr<Uploads> uploads_;
};

using Texts = std::vector<std::string>;

TEST_F(UploadsTest, WhatOneTurnBringsIsAskedForTogetherAndOnlyWhatIsMissingIsSent) {
  has_ = {"there"};
  for (const char* one : {"there", "new", "half", "new"}) uploads_->add(one, std::string("/") + one);
  run_until_done();
  EXPECT_EQ(asked_, (std::vector<Texts>{{"half", "new", "there"}}));
  EXPECT_EQ(sent_, (Texts{"half /half 7", "new /new 0"}));
  uploads_->add("new", "/new");
  run_until_done();
  EXPECT_EQ(asked_.size(), 1U) << "it is there";
}

TEST_F(UploadsTest, AServerThatIsAwayIsTriedUntilItIsBack) {
  server_is_away_ = true;
  int tries = 0;
  uploads_->add("a", "/a");
  const std::function<void()> watch = [&] {
    tries = static_cast<int>(asked_.size());
    if (tries >= 5) server_is_away_ = false;
    if (server_is_away_) loop_.post(watch);
  };
  loop_.post(watch);
  run_until_done();
  EXPECT_EQ(uploads_->owed(), 0U);
  EXPECT_GE(asked_.size(), 5U);
  EXPECT_EQ(told_, (Texts{"owed a", "trouble: connection refused", "settled a"})) << "the trouble is told once";
}

TEST_F(UploadsTest, WhatTheServerWillNeverTakeIsGivenUpAlone) {
  uploads_->add("bad", "/bad");
  uploads_->add("good", "/good");
  run_until_done();
  EXPECT_EQ(told_, (Texts{"owed bad", "owed good", "bad: it changed", "settled bad", "settled good"}));
}

TEST_F(UploadsTest, NobodyWaitsForThemForEver) {
  server_is_away_ = true;
  uploads_->add("a", "/a");
  run_until_done(Millis{20'000}, Millis{20});
  EXPECT_EQ(uploads_->owed(), 1U);
  EXPECT_EQ(uploads_->last_error()->message, "connection refused");
  run_until_done(Millis{20}, Millis{20'000});
  EXPECT_EQ(uploads_->owed(), 1U);
  server_is_away_ = false;
  run_until_done();
  EXPECT_EQ(uploads_->owed(), 0U) << "it goes on afterwards";
}

TEST_F(UploadsTest, ALinkThatIsBackEndsThePause) {
  server_is_away_ = true;
  on_trouble_ = [this] {
    server_is_away_ = false;
    uploads_->try_now();
  };
  uploads_->add("a", "/a");
  run_until_done();
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_EQ(has_, std::set<std::string>{"a"});
}

class NamingStore final : public artifact::ArtifactStore {
 public:
  Result<artifact::Stored> keep(const std::string& path) override { return artifact::Stored{path, 1}; }
  Result<std::string> locate(const std::string& sha256) override { return "/" + sha256; }
};

TEST_F(UploadsTest, WhatIsStoredWhenItsRunIsGoneIsNotSent) {
  NamingStore inner;
  auto run = std::make_shared<int>(0);
  UploadingStore store(loop_, inner, std::shared_ptr<Uploads>(run, uploads_.get()));
  const auto keep = [&](const char* name) {
    EXPECT_TRUE(store.keep(name));
    loop_.post([this] { loop_.stop(); });
    loop_.run();
  };
  keep("in-time");
  run.reset();
  keep("late");
  EXPECT_EQ(told_, Texts{"owed in-time"});
}

}  // namespace
}  // namespace tamarack::agent
