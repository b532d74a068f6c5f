#include "domain/workspace_rules.h"

#include <gtest/gtest.h>

namespace tamarack::domain {
namespace {

using enum FileOrigin;

TEST(PathPatterns, AFolderStandsForWhatIsInIt) {
  const PathPatterns patterns({"dist/", "./docs", "packages/*/out", "**/*.mp4"});
  EXPECT_TRUE(patterns.match("dist"));
  EXPECT_TRUE(patterns.match("dist/a/b.js"));
  EXPECT_TRUE(patterns.match("docs/a.md"));
  EXPECT_TRUE(patterns.match("packages/shop/out/deep/file"));
  EXPECT_TRUE(patterns.match("a/b/film.mp4"));
  EXPECT_TRUE(patterns.match("film.mp4"));
  EXPECT_FALSE(patterns.match("distance"));
  EXPECT_FALSE(patterns.match("src/dist/x"));
  EXPECT_FALSE(patterns.match("packages/shop/in"));
}

TEST(PathPatterns, KnowWhereTheyLead) {
  const PathPatterns patterns({"packages/*/out", "assets/**/*.png"});
  EXPECT_TRUE(patterns.lead_to("packages"));
  EXPECT_TRUE(patterns.lead_to("packages/shop"));
  EXPECT_TRUE(patterns.lead_to("packages/shop/out/deep"));
  EXPECT_FALSE(patterns.lead_to("packages/shop/src"));
  EXPECT_TRUE(patterns.lead_to("assets/a/b"));
  EXPECT_FALSE(patterns.lead_to("assets/node_modules/x"));
  EXPECT_FALSE(patterns.lead_to("src"));
  EXPECT_TRUE(PathPatterns({"node_modules/**/*.wasm"}).lead_to("node_modules/x/node_modules"));
}

TEST(WorkspaceRules, WhatBelongsWithoutAnySetting) {
  const WorkspaceRules rules({}, {});
  EXPECT_TRUE(rules.belongs("src/a.ts", walked));
  EXPECT_FALSE(rules.belongs("node_modules/a.js", walked));
  EXPECT_FALSE(rules.belongs("web/dist/a.js", walked));
  EXPECT_TRUE(rules.belongs("scripts/build", walked)) << "a file of that name is no folder of tools";
  EXPECT_TRUE(rules.belongs("dist/a.js", tracked)) << "who commits his build means it";
  EXPECT_TRUE(rules.belongs("dist/a.js", untracked)) << "git does not ignore it";
  EXPECT_FALSE(rules.belongs("node_modules/a.js", untracked)) << "somebody forgot to ignore it";
  for (const FileOrigin origin : {tracked, untracked, walked}) {
    EXPECT_FALSE(rules.belongs(".git/config", origin));
    EXPECT_FALSE(rules.belongs("sub/.git", origin)) << "the file of a submodule";
    EXPECT_FALSE(rules.belongs("e2e/.tamarack/tamarack.db", origin));
  }
}

TEST(WorkspaceRules, ExcludeBeatsIncludeAndIncludeBeatsTheRest) {
  const WorkspaceRules rules({"dist", ".git", "node_modules/own"}, {"**/*.mp4", "dist/maps"});
  EXPECT_TRUE(rules.belongs("dist/a.js", walked));
  EXPECT_FALSE(rules.belongs("dist/a.mp4", walked));
  EXPECT_FALSE(rules.belongs("dist/maps/a.map", tracked));
  EXPECT_FALSE(rules.belongs("film.mp4", tracked));
  EXPECT_TRUE(rules.belongs("node_modules/own/a.js", walked));
  EXPECT_FALSE(rules.belongs("node_modules/other/a.js", walked));
  EXPECT_FALSE(rules.belongs(".git/config", walked)) << "not even by name";
}

TEST(WorkspaceRules, OnlyFoldersThatMayHoldSomethingAreEntered) {
  const WorkspaceRules rules({"web/dist/**"}, {"videos"});
  EXPECT_TRUE(rules.enters("src", false));
  EXPECT_TRUE(rules.enters("web/dist", false));
  EXPECT_FALSE(rules.enters("dist", false));
  EXPECT_FALSE(rules.enters("videos", false));
  EXPECT_FALSE(rules.enters(".git", false));
  EXPECT_TRUE(rules.enters("web", true));
  EXPECT_FALSE(rules.enters("src", true)) << "git has listed it";
}

}  // namespace
}  // namespace tamarack::domain
