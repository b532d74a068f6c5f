#include "artifact/workspace/scan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>

#include "base/sha256.h"
#include "base/text.h"
#include "io/loop.h"
#include "io/process_tree.h"
#include "io/shim.h"
#include "tests/workspace/fixture.h"

namespace tamarack::artifact {
namespace {

class ScanTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content = "x") { write_below(root(), path, content); }
  const std::string& root() const { return folder_.path(); }

  void git(const std::string& arguments, const std::string& folder = "") {
    const std::string command = fmt::format(
        "cd {}/{} && git -c init.defaultBranch=main -c user.name=t -c user.email=t@t {} >/dev/null 2>&1", root(), folder, arguments);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  Result<Scanned> scan(ScanOptions options = {}) {
    io::Loop loop;
    Result<Scanned> result = make_error(ErrorCode::cancelled, "nothing was heard");
    options.root = root();
    io::Timer watchdog = loop.after(Millis{30'000}, [&] { loop.stop(); });
    scan_workspace(loop, options, [&](Result<Scanned> scanned) {
      result = std::move(scanned);
      loop.stop();
    });
    loop.run();
    return result;
  }
  static std::string paths(const Result<Scanned>& result) {
    if (!result) return result.error().message;
    std::vector<std::string> paths;
    for (const auto& entry : result->manifest.entries) paths.push_back(entry.path);
    return join(paths, " ");
  }

  TemporaryFolder folder_;
};

TEST_F(ScanTest, WithoutGitEverythingBelongsButWhatToolsFill) {
  write("src/a.ts");
  write("node_modules/x/index.js");
  write(".tamarack/tamarack.db");
  write("web/dist/app.js");
  write("scripts/build");
  write("__pycache__/a.pyc");
  EXPECT_TRUE(io::make_directories(root() + "/uploads"));
  EXPECT_TRUE(io::make_directories(root() + "/only/node_modules"));
  link_below(root(), "latest", "src/a.ts");
  const Result<Scanned> result = scan();
  EXPECT_EQ(paths(result), "latest scripts/build src/a.ts uploads");
  EXPECT_FALSE(result->from_git);
  EXPECT_EQ(result->manifest.entries[2].sha256, sha256_hex("x"));
}

TEST_F(ScanTest, ALinkInThePlaceOfAToolsFolderStaysAtHomeWithIt) {
  write("a.ts");
  write("packages/shared/index.js");
  link_below(root(), "node_modules", "/usr/lib");
  EXPECT_TRUE(io::make_directories(root() + "/web"));
  link_below(root(), "web/dist", "../packages");
  link_below(root(), "web/node_modules", "/is/not/there");
  write("scripts/real");
  link_below(root(), "scripts/build", "real");
  link_below(root(), "shared", "packages/shared");
  EXPECT_EQ(paths(scan()), "a.ts packages/shared/index.js scripts/build scripts/real shared")
      << "a link to a file, or of another name, stays";
  EXPECT_EQ(paths(scan({.include = {"web/dist"}})), "a.ts packages/shared/index.js scripts/build scripts/real shared web/dist");
  // In git, where `node_modules/` does not ignore the link.
  git("init -q");
  write(".gitignore", "node_modules/\n");
  EXPECT_EQ(paths(scan()), ".gitignore a.ts packages/shared/index.js scripts/build scripts/real shared web/dist");
}

TEST_F(ScanTest, ALinkThatLeadsOutsideIsRefusedWithTheLineThatMendsIt) {
  write("a.ts");
  link_below(root(), "fixtures", "/usr/share");
  const Result<Scanned> result = scan();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("'fixtures' is a symbolic link that leads outside of the workspace, to '/usr/share'"),
            std::string::npos);
  EXPECT_NE(result.error().hint.find("exclude = [\"fixtures\"] in [workspace]"), std::string::npos) << result.error().hint;
  EXPECT_EQ(paths(scan({.exclude = {"fixtures"}})), "a.ts");
}

TEST_F(ScanTest, WithGitWhatIsTrackedOrNewAndNotIgnored) {
  git("init -q");
  write(".gitignore", "dist/\n*.log\nsecret.env\n");
  write("src/tracked.ts");
  write("src/deleted.ts");
  write("dist/app.js");
  write("forced.log");
  git("add . && git add -f forced.log");
  write("src/new.ts");
  write("debug.log");
  write("secret.env");
  write("node_modules/not/ignored.js");
  ASSERT_TRUE(io::remove_entry(root() + "/src/deleted.ts"));
  const Result<Scanned> result = scan();
  EXPECT_EQ(paths(result), ".gitignore forced.log src/new.ts src/tracked.ts");
  EXPECT_TRUE(result->from_git);
  EXPECT_EQ(paths(scan({.include = {"dist/**"}, .exclude = {"**/*.log"}})), ".gitignore dist/app.js src/new.ts src/tracked.ts");
}

TEST_F(ScanTest, OnlyWhatLiesBelowTheProjectAndInRepositoriesInside) {
  git("init -q");
  write("e2e/a.spec.ts");
  write("server/main.py");
  git("add .");
  EXPECT_TRUE(io::make_directories(root() + "/e2e/module"));
  git("init -q", "e2e/module");
  write("e2e/module/.gitignore", "ignored\n");
  write("e2e/module/ignored");
  write("e2e/module/shared.ts");
  git("add . && git -c user.name=t -c user.email=t@t commit -qm one", "e2e/module");
  git("add e2e/module");  // as a submodule is: one entry of the index
  write("e2e/nested/.gitignore", "");
  git("init -q", "e2e/nested");
  io::Loop loop;
  Result<Scanned> result = make_error(ErrorCode::cancelled, "");
  scan_workspace(loop, {.root = root() + "/e2e"}, [&](Result<Scanned> scanned) {
    result = std::move(scanned);
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(paths(result), "a.spec.ts module/.gitignore module/shared.ts nested/.gitignore");
}

TEST_F(ScanTest, AGitThatDoesNotAnswerIsAnErrorAndNotAnInvitationToShipEverything) {
  git("init -q");
  write("secret.env");
  std::ofstream(root() + "/.git/config") << "[core\nbroken";
  const Result<Scanned> result = scan();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(result.error().message.starts_with("git cannot list the files of '" + root() + "': fatal: bad config line 1"))
      << result.error().message;
}

TEST_F(ScanTest, NamesThatCannotTravelAreAllNamed) {
  write("bad \xff name");
  write("also\xc3");
  write("good \"name\"\n");
  link_below(root(), "outside", "/etc/hosts");
  link_below(root(), "src/up", "../../x");
  const Result<Scanned> result = scan();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_config);
  EXPECT_EQ(result.error().message,
            "4 files cannot travel to agents: 'also\\xc3' is not valid UTF-8: rename the file; 'bad \\xff name' is not valid UTF-8: rename "
            "the file; 'outside' is a symbolic link that leads outside of the workspace, to '/etc/hosts'; 'src/up' is a symbolic link that "
            "leads outside of the workspace, to '../../x'");
  EXPECT_EQ(paths(scan({.exclude = {"outside", "bad*", "also*", "src"}})), "good \"name\"\n");
}

TEST_F(ScanTest, APipeIsLeftOutWithAWarning) {
  write("a");
  ASSERT_EQ(::mkfifo((root() + "/pipe").c_str(), 0600), 0);
  const Result<Scanned> result = scan();
  EXPECT_EQ(paths(result), "a");
  EXPECT_EQ(result->warnings, std::vector<std::string>{"'pipe' is left out: it is no file, folder or symbolic link"});
}

TEST_F(ScanTest, TooMuchIsAnErrorThatNamesTheLargestFolders) {
  write("data/raw/2026/a.bin", std::string(40'000, 'a'));
  write("data/raw/2025/b.bin", std::string(30'000, 'b'));
  write("data/readme", "x");
  write("videos/old/c.mp4", std::string(20'000, 'c'));
  write("src/a.ts", std::string(3'000, 'd'));
  const Result<Scanned> result = scan({.bytes_max = 50'000});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(result.error().message,
            "the workspace has 90.8 KiB in 5 files, [workspace] bytes_max is 48.8 KiB; the largest folders: 'data/raw' 68.4 KiB, "
            "'videos/old' 19.5 KiB, 'src' 2.9 KiB");
  EXPECT_EQ(result.error().hint,
            "leave out what the tests do not need, for example exclude = [\"data/raw/**\"] in [workspace], or raise bytes_max");
  EXPECT_TRUE(scan({.exclude = {"data/raw/**"}, .bytes_max = 50'000}));
}

TEST_F(ScanTest, AChangedFileIsSeenWithAndWithoutACache) {
  TemporaryFolder other;
  const ScanOptions options{.cache_file = other.path() + "/hashes"};
  write("a", "one");
  write("b", "two");
  const Result<Scanned> first = scan(options);
  write("a", "eno");
  const Result<Scanned> second = scan(options);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->manifest.entries[0].sha256, sha256_hex("eno"));
  EXPECT_EQ(second->manifest.entries[1], first->manifest.entries[1]);
  EXPECT_NE(domain::manifest_id(first->manifest), domain::manifest_id(second->manifest));
}

TEST_F(ScanTest, WhatWasLeftAloneIsNotReadAgain) {
  TemporaryFolder other;
  const ScanOptions options{.cache_file = other.path() + "/hashes"};
  for (int i = 0; i < 100; ++i) write(fmt::format("src/f{}", i), fmt::format("{}", i));
  Result<Scanned> result = scan(options);
  EXPECT_EQ(result->files_read, 100);
  const std::string id = domain::manifest_id(result->manifest);
  // What is younger than a tick of the clock is read once more; then nothing is.
  for (int scans = 0; scans < 1000 && result->files_read > 0; ++scans) result = scan(options);
  EXPECT_EQ(result->files_read, 0);
  EXPECT_EQ(domain::manifest_id(result->manifest), id);
}

TEST(GitListing, IsReadAsGitWritesIt) {
  constexpr char listed[] = "? new\n\"file\"\0? nested/\0H 100644 7898 0\ta\tb\0H 160000 1007 0\tsub\0M 100644 7898 1\tc";
  const std::string bytes(listed, sizeof listed);
  const Result<GitListing> listing = parse_git_listing(bytes);
  ASSERT_TRUE(listing) << listing.error().message;
  using enum domain::FileOrigin;
  EXPECT_EQ(listing->files, (std::vector<GitFile>{{"new\n\"file\"", untracked}, {"a\tb", tracked}, {"c", tracked}}));
  EXPECT_EQ(listing->repositories, (std::vector<std::string>{"nested", "sub"}));
  for (const char* bad : {"x", "H 100644", "HH 1"}) EXPECT_FALSE(parse_git_listing(std::string(bad) + '\0')) << bad;
  EXPECT_FALSE(parse_git_listing("? without end"));
}

RC_GTEST_PROP(GitListing, AnyBytesGiveAValueOrAnError, (const std::string& bytes)) {
  (void)parse_git_listing(bytes).has_value();
  RC_SUCCEED();
}

}  // namespace
}  // namespace tamarack::artifact

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "__shim") == 0) return tamarack::io::shim_main(argc, argv);
  tamarack::io::become_subreaper();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
