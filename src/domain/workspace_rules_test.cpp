#include "domain/workspace_rules.h"

#include <gtest/gtest.h>

#include <vector>

namespace tamarack::domain {
namespace {

using enum FileOrigin;

TEST(PathPatterns, AFolderStandsForWhatIsInIt) {
  const PathPatterns patterns({"dist/", "./docs", "packages/*/out", "**/*.mp4"});
  for (const char* path : {"dist", "dist/a/b.js", "docs/a.md", "packages/shop/out/deep/file", "a/b/film.mp4", "film.mp4"})
    EXPECT_TRUE(patterns.match(path)) << path;
  for (const char* path : {"distance", "src/dist/x", "packages/shop/in"}) EXPECT_FALSE(patterns.match(path)) << path;
}

TEST(PathPatterns, KnowWhereTheyLead) {
  const PathPatterns patterns({"packages/*/out", "assets/**/*.png"});
  for (const char* folder : {"packages", "packages/shop", "packages/shop/out/deep", "assets/a/b"})
    EXPECT_TRUE(patterns.lead_to(folder)) << folder;
  for (const char* folder : {"packages/shop/src", "assets/node_modules/x", "src"}) EXPECT_FALSE(patterns.lead_to(folder)) << folder;
  EXPECT_TRUE(PathPatterns({"node_modules/**/*.wasm"}).lead_to("node_modules/x/node_modules"));
}

// One row of a table: a file and whether it belongs.
struct Wanted {
  const char* path;
  FileOrigin origin;
  bool belongs;
  const char* why = "";
};
void expect_all(const WorkspaceRules& rules, const std::vector<Wanted>& table) {
  for (const auto& [path, origin, belongs, why] : table)
    EXPECT_EQ(rules.belongs(path, origin), belongs) << path << " of origin " << static_cast<int>(origin) << ": " << why;
}

TEST(WorkspaceRules, WhatBelongsWithoutAnySetting) {
  const WorkspaceRules rules({}, {});
  expect_all(rules, {{"src/a.ts", walked, true},
                     {"node_modules/a.js", walked, false},
                     {"web/dist/a.js", walked, false},
                     {"scripts/build", walked, true, "a file of that name is no folder of tools"},
                     {"dist/a.js", tracked, true, "who commits his build means it"},
                     {"dist/a.js", untracked, true, "git does not ignore it"},
                     {"node_modules/a.js", untracked, false, "somebody forgot to ignore it"}});
  for (const FileOrigin origin : {tracked, untracked, walked})
    expect_all(rules, {{".git/config", origin, false},
                       {"sub/.git", origin, false, "the file of a submodule"},
                       {"e2e/.tamarack/tamarack.db", origin, false}});
}

TEST(WorkspaceRules, ExcludeBeatsIncludeAndIncludeBeatsTheRest) {
  expect_all(WorkspaceRules({"dist", ".git", "node_modules/own"}, {"**/*.mp4", "dist/maps"}),
             {{"dist/a.js", walked, true},
              {"dist/a.mp4", walked, false},
              {"dist/maps/a.map", tracked, false},
              {"film.mp4", tracked, false},
              {"node_modules/own/a.js", walked, true},
              {"node_modules/other/a.js", walked, false},
              {".git/config", walked, false, "not even by name"}});
}

TEST(WorkspaceRules, OnlyFoldersThatMayHoldSomethingAreEntered) {
  const WorkspaceRules rules({"web/dist/**"}, {"videos"});
  for (const char* folder : {"src", "web/dist"}) EXPECT_TRUE(rules.enters(folder, false)) << folder;
  for (const char* folder : {"dist", "videos", ".git"}) EXPECT_FALSE(rules.enters(folder, false)) << folder;
  EXPECT_TRUE(rules.enters("web", true));
  EXPECT_FALSE(rules.enters("src", true)) << "git has listed it";
}

}  // namespace
}  // namespace tamarack::domain
