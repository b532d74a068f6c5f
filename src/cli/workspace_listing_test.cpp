#include "cli/workspace_listing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tamarack::cli {
namespace {

const std::string one(64, '1');
const std::string two(64, '2');

domain::Manifest workspace() {
  return {.entries = {{.path = "a.txt", .size = 10, .sha256 = one},
                      {.path = "copy of a.txt", .size = 10, .sha256 = one},
                      {.path = "link", .kind = domain::FileKind::symlink, .target = "a.txt"},
                      {.path = "video.webm", .size = 3000, .sha256 = two}}};
}

TEST(WorkspaceListing, TheLargestFirstAndWhatTheServerLacks) {
  const WorkspaceListing listing = workspace_listing(workspace(), {{.sha256 = two, .bytes = 1000}});
  EXPECT_EQ(to_text(listing, "http://s:1"),
            "     2.9 KiB  video.webm  (new)\n"
            "        10 B  a.txt\n"
            "        10 B  copy of a.txt\n"
            "\nthe workspace has 3 files (2.9 KiB) and 1 link or empty folder\n"
            "http://s:1 lacks 1 file (2.0 KiB): a run would send this\n"
            "nothing was sent and nothing was started; [workspace] exclude keeps files at home\n");
  EXPECT_EQ(to_json(listing),
            R"({"version":1,"bytes":3020,"lacking":1,"lacking_bytes":2000,"files":[{"path":"video.webm","bytes":3000,"lacking":true},)"
            R"({"path":"a.txt","bytes":10,"lacking":false},{"path":"copy of a.txt","bytes":10,"lacking":false}]})");
}

TEST(WorkspaceListing, EqualFilesAreSentOnce) {
  const WorkspaceListing listing = workspace_listing(workspace(), {{.sha256 = one}, {.sha256 = two}});
  EXPECT_EQ(listing.lacking, 2);
  EXPECT_EQ(listing.lacking_bytes, 3010);
}

TEST(WorkspaceListing, AServerThatHasAll) {
  EXPECT_NE(to_text(workspace_listing(workspace(), {}), "http://s:1").find("http://s:1 has all of it: a run would send nothing"),
            std::string::npos);
}

TEST(WorkspaceListing, ManyFilesAreCountedNotListed) {
  domain::Manifest many;
  for (int i = 0; i < 50; ++i) many.entries.push_back({.path = fmt::format("f{:02}", i), .size = 5, .sha256 = one});
  const std::string text = to_text(workspace_listing(many, {}), "http://s:1");
  EXPECT_NE(text.find("       100 B  in 20 more files; --json lists all\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace tamarack::cli
