#include "agent/artifact_watch.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "io/files.h"

namespace tamarack::agent {
namespace {

using domain::TestIndex;

constexpr TestIndex first{0u};
constexpr TestIndex second{1u};

// Real files, real inotify, a real clock: the decisions are tested in settle_test and file_owner_test, here is their wiring.
class ArtifactWatchTest : public testing::Test {
 protected:
  ArtifactWatchTest() {
    char name[] = "/tmp/tamarack-watch-XXXXXX";
    settings_.suite.root = mkdtemp(name);
    settings_.watch = {"shots/**/*.png"};
    settings_.settle = Millis{60'000};  // by default a file settles only because its lease ends
    for (const char* title : {"first", "second"}) {
      domain::TestCase test;
      test.identity = {.spec = "a.spec.ts", .title_path = {title}};
      plan_.tests.push_back(test);
    }
  }
  ~ArtifactWatchTest() override { (void)io::remove_tree(settings_.suite.root).has_value(); }

  void watch() {
    watch_.emplace(loop_, inotify_, clock_, settings_, plan_, [](const std::string& message) { ADD_FAILURE() << message; });
  }
  int open(std::vector<TestIndex> tests) {
    return watch_->open(std::move(tests), [this](const WatchedFile& file) {
      found_.push_back(fmt::format("{} {}", plan_.tests.at(file.test.value).identity.title_path.back(), file.name));
      if (on_found_) on_found_();
    });
  }
  void write(const std::string& path) {
    ASSERT_TRUE(io::make_directories(io::parent_path(settings_.suite.root + "/" + path)));
    std::ofstream(settings_.suite.root + "/" + path) << "pixels";
  }

  io::Loop loop_;
  io::Inotify inotify_{loop_};
  io::SystemClock clock_;
  AgentSettings settings_;
  domain::Plan plan_;
  std::optional<ArtifactWatch> watch_;
  std::vector<std::string> found_;
  std::function<void()> on_found_;
};

using Found = std::vector<std::string>;

TEST_F(ArtifactWatchTest, TheEndOfALeaseHandsOverWhatItLeft) {
  write("shots/old.png");
  watch();
  const int lease = open({first});
  write("shots/deep/new.png");
  write("shots/notes.txt");
  write("elsewhere/other.png");
  watch_->close(lease);
  EXPECT_EQ(found_, Found{"first shots/deep/new.png"});
}

TEST_F(ArtifactWatchTest, AnOldFileThatIsWrittenOverIsNew) {
  write("shots/old.png");
  watch();
  const int lease = open({first});
  std::ofstream(settings_.suite.root + "/shots/old.png") << "other pixels";
  watch_->close(lease);
  EXPECT_EQ(found_, Found{"first shots/old.png"});
}

TEST_F(ArtifactWatchTest, AFolderThatIsClearedAndMadeAgainIsStillWatched) {
  write("shots/old.png");
  watch();
  const int lease = open({first});
  ASSERT_TRUE(io::remove_tree(settings_.suite.root + "/shots"));
  write("shots/old.png");
  watch_->close(lease);
  EXPECT_EQ(found_, Found{"first shots/old.png"});
}

TEST_F(ArtifactWatchTest, AFileSettlesWhileTheLeaseGoesOn) {
  settings_.settle = Millis{20};
  watch();
  open({first});
  on_found_ = [this] { loop_.stop(); };
  loop_.post([this] { write("shots/new.png"); });
  const io::Timer watchdog = loop_.after(Millis{20'000}, [this] {
    ADD_FAILURE() << "nothing settled";
    loop_.stop();
  });
  loop_.run();
  EXPECT_EQ(found_, Found{"first shots/new.png"});
}

TEST_F(ArtifactWatchTest, TwoWorkersThatCannotBeToldApartAreBothNamed) {
  watch();
  const int lease = open({first});
  open({second});
  write("shots/failure.png");
  watch_->close(lease);
  EXPECT_EQ(found_,
            (Found{"first shots/failure.png (of one of 2 tests in flight)", "second shots/failure.png (of one of 2 tests in flight)"}));
}

TEST_F(ArtifactWatchTest, TheFileOfANeighbourWaitsForItsOwnLease) {
  watch();
  const int lease = open({first});
  const int other = open({second});
  const Instant now = clock_.now();
  watch_->began(lease, first, 0, now - Millis{500});
  watch_->ended(lease, first, 0, now - Millis{400});
  watch_->began(other, second, 0, now - Millis{300});
  write("shots/failure.png");
  watch_->close(lease);
  EXPECT_TRUE(found_.empty());
  watch_->close(other);
  EXPECT_EQ(found_, Found{"second shots/failure.png"});
}

TEST_F(ArtifactWatchTest, AFolderOutsideOfTheSuiteCanBeWatched) {
  const std::string root = settings_.suite.root;
  settings_.suite.root = root + "/suite";
  settings_.watch = {"../outside/*.png"};
  ASSERT_TRUE(io::make_directories(settings_.suite.root));
  watch();
  const int lease = open({first});
  ASSERT_TRUE(io::make_directories(root + "/outside"));
  std::ofstream(root + "/outside/a.png") << "pixels";
  watch_->close(lease);
  EXPECT_EQ(found_, Found{"first " + root + "/outside/a.png"});
  settings_.suite.root = root;
}

}  // namespace
}  // namespace tamarack::agent
