#include "agent/watch_patterns.h"

#include <gtest/gtest.h>

namespace tamarack::agent {
namespace {

TEST(WatchPatterns, MatchFilesAndLeadToTheirFolders) {
  const WatchPatterns patterns({"/repo/shots/**/*.png", "/repo/videos/*.webm"});
  EXPECT_TRUE(patterns.matches("/repo/shots/a.png"));
  EXPECT_TRUE(patterns.matches("/repo/shots/deep/er/a.png"));
  EXPECT_FALSE(patterns.matches("/repo/shots/a.txt"));
  EXPECT_FALSE(patterns.matches("/repo/videos/deep/a.webm"));
  for (const char* folder : {"/repo", "/repo/shots", "/repo/shots/deep", "/repo/shots/deep/er", "/repo/videos"})
    EXPECT_TRUE(patterns.leads_to(folder)) << folder;
  for (const char* folder : {"/repo/src", "/repo/videos/deep", "/elsewhere"}) EXPECT_FALSE(patterns.leads_to(folder)) << folder;
  EXPECT_EQ(patterns.starts(), (std::vector<std::string>{"/repo/shots", "/repo/videos"}));
}

TEST(WatchPatterns, StarsDoNotLeadIntoFoldersOfTools) {
  const WatchPatterns everywhere({"/repo/**/*.png"});
  EXPECT_TRUE(everywhere.leads_to("/repo/out/shots"));
  for (const char* folder : {"/repo/node_modules", "/repo/web/node_modules/x", "/repo/.git", "/repo/.tamarack/runs"})
    EXPECT_FALSE(everywhere.leads_to(folder)) << folder;
  const WatchPatterns named({"/repo/node_modules/.cache/shots/*.png"});
  EXPECT_TRUE(named.leads_to("/repo/node_modules/.cache/shots"));
}

TEST(WatchPatterns, AFolderWithoutWildcardsIsWantedAsAWhole) {
  const WatchPatterns patterns({"/repo/shots"});
  EXPECT_TRUE(patterns.matches("/repo/shots/deep/a.png"));
  EXPECT_TRUE(patterns.leads_to("/repo/shots/deep"));
  EXPECT_FALSE(patterns.matches("/repo/shots2/a.png"));
  EXPECT_EQ(patterns.starts(), std::vector<std::string>{"/repo"});
}

}  // namespace
}  // namespace tamarack::agent
