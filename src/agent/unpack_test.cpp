#include "agent/unpack.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "agent/unpack_plan.h"
#include "base/sha256.h"
#include "base/text.h"
#include "tests/workspace/fixture.h"

namespace tamarack::agent {
namespace {

using artifact::ContentStore;
using domain::FileKind;
using domain::Manifest;

std::string told(const std::vector<UnpackStep>& steps) {
  static constexpr std::string_view names[] = {"remove", "folder", "copy", "link", "mode"};
  std::vector<std::string> lines;
  for (const UnpackStep& step : steps) lines.push_back(fmt::format("{} {}", names[static_cast<int>(step.kind)], step.path));
  return join(lines, ", ");
}

Manifest small() {
  return {{{.path = "a/b/c.ts", .size = 1, .sha256 = sha256_hex("c")},
           {.path = "empty", .kind = FileKind::folder},
           {.path = "link", .kind = FileKind::symlink, .target = "run.sh"},
           {.path = "run.sh", .executable = true, .size = 1, .sha256 = sha256_hex("r")}}};
}

TEST(PlanUnpack, MakesEverythingInAnEmptyFolder) {
  EXPECT_EQ(told(plan_unpack(small(), {}, {})), "folder a, folder a/b, folder empty, copy a/b/c.ts, link link, copy run.sh");
}

std::vector<Present> as_it_should_be() {
  using Kind = Present::Kind;
  return {{.path = "a", .kind = Kind::folder},
          {.path = "a/b", .kind = Kind::folder},
          {.path = "a/b/c.ts", .sha256 = sha256_hex("c")},
          {.path = "empty", .kind = Kind::folder},
          {.path = "link", .kind = Kind::symlink, .target = "run.sh"},
          {.path = "run.sh", .executable = true, .sha256 = sha256_hex("r")}};
}

TEST(PlanUnpack, TouchesOnlyWhatDiffers) {
  EXPECT_EQ(told(plan_unpack(small(), as_it_should_be(), {})), "");
  std::vector<Present> there = as_it_should_be();
  there[2].sha256 = sha256_hex("other");
  EXPECT_EQ(told(plan_unpack(small(), there, {})), "remove a/b/c.ts, copy a/b/c.ts");
  there = as_it_should_be();
  there[5].executable = false;
  EXPECT_EQ(told(plan_unpack(small(), there, {})), "mode run.sh");
  there = as_it_should_be();
  there[4].target = "elsewhere";
  EXPECT_EQ(told(plan_unpack(small(), there, {})), "remove link, link link");
}

TEST(PlanUnpack, AFolderInThePlaceOfAFileGoesAndTheOtherWayRound) {
  using Kind = Present::Kind;
  std::vector<Present> there = as_it_should_be();
  there[5] = {.path = "run.sh", .kind = Kind::folder};
  EXPECT_EQ(told(plan_unpack(small(), there, {})), "remove run.sh, copy run.sh");
  // A link where a folder should be would lead everything that is written below it elsewhere.
  EXPECT_EQ(told(plan_unpack(small(), {{.path = "a", .kind = Kind::symlink, .target = "/etc"}}, {})),
            "remove a, folder a, folder a/b, folder empty, copy a/b/c.ts, link link, copy run.sh");
}

TEST(PlanUnpack, StraysGoUnlessSetupMadeThem) {
  using Kind = Present::Kind;
  std::vector<Present> there = as_it_should_be();
  there.push_back({.path = "node_modules", .kind = Kind::folder});
  there.push_back({.path = "a/left-over.png"});
  there.push_back({.path = "empty/x"});
  EXPECT_EQ(told(plan_unpack(small(), there, {"node_modules"})), "remove a/left-over.png, remove empty/x");
  EXPECT_EQ(told(plan_unpack(small(), there, {})), "remove node_modules, remove a/left-over.png, remove empty/x");
  EXPECT_EQ(strays_of(small(), there), (std::set<std::string>{"node_modules", "a/left-over.png", "empty/x"}));
  // What is kept does not protect what the manifest wants to be something else.
  there[5].sha256 = "";
  EXPECT_EQ(told(plan_unpack(small(), there, {"node_modules", "a/left-over.png", "empty/x", "run.sh"})), "remove run.sh, copy run.sh");
}

class UnpackTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content, bool executable = false) {
    artifact::write_below(source(), path, content, executable);
  }
  std::string source() const { return folder_.path() + "/source"; }
  std::string tree() const { return folder_.path() + "/tree"; }
  UnpackTask task() const { return {.tree = tree(), .stamps_file = folder_.path() + "/stamps"}; }
  Manifest sent() {
    Manifest manifest = artifact::scanned(source());
    artifact::send(manifest, source(), *store_);
    return manifest;
  }
  UnpackReport unpacked(const Manifest& manifest) {
    const Result<UnpackReport> report = unpack(manifest, *store_, task());
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : UnpackReport{};
  }

  artifact::TemporaryFolder folder_;
  Result<ContentStore> store_ = ContentStore::open(folder_.path() + "/contents");
};

TEST_F(UnpackTest, TheOtherFolderIsTheSame) {
  write("src/a.ts", "one");
  write("src/copy of a.ts", "one");
  write("run.sh", "#!/bin/sh", true);
  write("new\nline \"quoted\"", "x");
  write("empty file", "");
  EXPECT_TRUE(io::make_directories(source() + "/empty/inner"));
  artifact::link_below(source(), "src/latest", "a.ts");
  artifact::link_below(source(), "dangling", "src/none");
  const Manifest manifest = sent();
  EXPECT_EQ(unpacked(manifest).files_written, 5);
  EXPECT_EQ(artifact::scanned(tree()), manifest);
  EXPECT_EQ(unpacked(manifest).steps, 0) << "it is right already";
}

TEST_F(UnpackTest, OneChangedFileIsOneWrittenFile) {
  for (int i = 0; i < 50; ++i) write(fmt::format("src/f{}", i), fmt::format("{}", i));
  unpacked(sent());
  write("src/f7", "changed");
  const Manifest manifest = sent();
  const UnpackReport report = unpacked(manifest);
  EXPECT_EQ(report.files_written, 1);
  EXPECT_EQ(report.steps, 2) << "away with the old one, and the new one";
  EXPECT_EQ(artifact::scanned(tree()), manifest);
}

TEST_F(UnpackTest, WhatTestsDidToTheFolderIsUndone) {
  write("src/a.ts", "one");
  write("src/b.ts", "two", true);
  write("data/seed.db", "rows");
  const Manifest manifest = sent();
  unpacked(manifest);
  artifact::write_below(tree(), "src/a.ts", "eno");  // the same size
  EXPECT_TRUE(io::set_executable(tree() + "/src/b.ts", false));
  artifact::write_below(tree(), "src/stray/deep/file", "x");
  EXPECT_TRUE(io::remove_entry(tree() + "/data"));
  const std::string elsewhere = folder_.path() + "/elsewhere";
  artifact::write_below(elsewhere, "seed.db", "not ours");
  EXPECT_TRUE(io::make_symlink(elsewhere, tree() + "/data"));
  unpacked(manifest);
  EXPECT_EQ(artifact::scanned(tree()), manifest);
  EXPECT_EQ(*io::read_file(elsewhere + "/seed.db"), "not ours");
  EXPECT_EQ(*io::read_file(*store_->locate(sha256_hex("one"))), "one") << "the store is not what tests write to";
}

TEST_F(UnpackTest, AHostileManifestTouchesNothing) {
  write("x", "owned");
  (void)sent();
  artifact::write_below(tree(), "stays", "x");
  domain::ManifestEntry forged{.path = "../escaped", .size = 5, .sha256 = sha256_hex("owned")};
  const domain::ManifestEntry way_out{.path = "link", .kind = FileKind::symlink, .target = folder_.path()};
  for (const Manifest& manifest : {Manifest{{forged}}, Manifest{{way_out}}}) {
    const Result<UnpackReport> report = unpack(manifest, *store_, task());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(io::exists(folder_.path() + "/escaped"));
  EXPECT_TRUE(io::exists(tree() + "/stays"));
}

TEST_F(UnpackTest, AMissingContentIsNamedAndADamagedOneIsLetGo) {
  write("a", "one");
  const Manifest unsent = artifact::scanned(source());
  const Result<UnpackReport> missing = unpack(unsent, *store_, task());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  const Manifest manifest = sent();
  const std::string stored = *store_->locate(sha256_hex("one"));
  ASSERT_TRUE(io::remove_entry(stored));
  std::ofstream(stored) << "on";
  const Result<UnpackReport> damaged = unpack(manifest, *store_, task());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::corrupt);
  EXPECT_EQ(damaged.error().message, "the stored content of 'a' has 2 bytes, expected 3");
  EXPECT_EQ(store_->missing(manifest).size(), 1U);
  artifact::send(manifest, source(), *store_);
  unpacked(manifest);
  EXPECT_EQ(artifact::scanned(tree()), manifest);
}

// Scan here, unpack there, scan there: the same. Then another tree over it, in a folder that was stopped after any number of steps.
TEST_F(UnpackTest, AnyTreeBecomesAnyOther) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    const std::string source = fmt::format("{}/source-{}", folder_.path(), seed);
    artifact::make_random_tree(source, random);
    const Manifest manifest = artifact::scanned(source);
    ASSERT_TRUE(domain::problems_of(manifest).empty());
    artifact::send(manifest, source, *store_);
    std::uint64_t steps = random.below(40);
    UnpackTask stopped = task();
    stopped.go_on = [&steps] { return steps-- > 0; };
    const Result<UnpackReport> report = unpack(manifest, *store_, stopped);
    EXPECT_TRUE(report || report.error().code == ErrorCode::cancelled) << "seed " << seed;
    unpacked(manifest);
    EXPECT_EQ(artifact::scanned(tree()), manifest) << "seed " << seed;
    EXPECT_EQ(unpacked(manifest).steps, 0) << "seed " << seed;
  }
}

// The same without a disk: a model of a folder in which the steps are carried out as they come, each where it is possible.
struct Model {
  std::map<std::string, Present> entries;

  void obey(const UnpackStep& step) {
    const std::size_t slash = step.path.rfind('/');
    const bool has_parent = slash == std::string::npos || (entries.contains(step.path.substr(0, slash)) &&
                                                           entries.at(step.path.substr(0, slash)).kind == Present::Kind::folder);
    RC_ASSERT(has_parent);
    if (step.kind == UnpackStep::Kind::remove) {
      RC_ASSERT(entries.erase(step.path) == 1U);
      std::erase_if(entries, [&](const auto& one) { return one.first.starts_with(step.path + "/"); });
    } else if (step.kind == UnpackStep::Kind::set_mode) {
      entries.at(step.path).executable = step.entry->executable;
    } else {
      RC_ASSERT(!entries.contains(step.path));
      Present& made = entries[step.path] = {.path = step.path};
      made.kind = step.kind == UnpackStep::Kind::make_folder    ? Present::Kind::folder
                  : step.kind == UnpackStep::Kind::make_symlink ? Present::Kind::symlink
                                                                : Present::Kind::file;
      if (!step.entry) return;
      made.executable = step.entry->executable;
      made.sha256 = step.entry->sha256;
      made.target = step.entry->target;
    }
  }
  // What a lister that enters only these folders sees.
  std::vector<Present> seen(const std::unordered_set<std::string>& folders) const {
    std::vector<Present> present;
    for (const auto& [path, entry] : entries) {
      bool is_seen = true;
      for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        is_seen = is_seen && folders.contains(path.substr(0, slash));
      if (is_seen) present.push_back(entry);
    }
    return present;
  }
};

Manifest random_manifest(Random& random) {
  Manifest manifest;
  for (std::uint64_t i = random.below(12); i > 0; --i) {
    std::string path(1, static_cast<char>('a' + random.below(4)));
    for (std::uint64_t depth = random.below(4); depth > 0; --depth) path += std::string("/") + static_cast<char>('a' + random.below(4));
    domain::ManifestEntry entry{.path = path, .kind = static_cast<FileKind>(random.below(3))};
    if (entry.kind == FileKind::file) entry.sha256 = sha256_hex(fmt::format("{}", random.below(3)));
    if (entry.kind == FileKind::file) entry.executable = random.chance(0.5);
    if (entry.kind == FileKind::symlink) entry.target = random.chance(0.5) ? "x" : "y";
    Manifest with = manifest;
    with.entries.push_back(std::move(entry));
    sort_by_path(with);
    if (domain::problems_of(with).empty()) manifest = std::move(with);
  }
  return manifest;
}

RC_GTEST_PROP(PlanUnpack, TurnsAnyFolderIntoAnyOther, (std::uint64_t seed)) {
  Random random(seed);
  Model model;
  std::set<std::string> kept;
  for (int round = 0; round < 4; ++round) {
    const Manifest manifest = random_manifest(random);
    for (const UnpackStep& step : plan_unpack(manifest, model.seen(folders_of(manifest)), kept)) model.obey(step);
    const std::vector<Present> after = model.seen(folders_of(manifest));
    RC_ASSERT(plan_unpack(manifest, after, kept).empty());
    for (const std::string& stray : strays_of(manifest, after)) RC_ASSERT(kept.contains(stray));
    for (const domain::ManifestEntry& entry : manifest.entries) {
      RC_ASSERT(model.entries.contains(entry.path));
      const Present& there = model.entries.at(entry.path);
      RC_ASSERT(there.sha256 == entry.sha256 && there.target == entry.target && there.executable == entry.executable);
    }
    if (random.chance(0.5)) {  // setup or a test makes something
      model.entries["made"] = {.path = "made", .kind = Present::Kind::folder};
      model.entries["made/inside"] = {.path = "made/inside"};
      if (random.chance(0.5)) kept.insert("made");
    }
  }
}

}  // namespace
}  // namespace tamarack::agent
