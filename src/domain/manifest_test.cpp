#include "domain/manifest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/hash.h"
#include "base/sha256.h"
#include "base/text.h"

namespace tamarack::domain {
namespace {

const std::string abc = sha256_hex("abc");

ManifestEntry file(const std::string& path, const std::string& content = "abc") {
  return {.path = path, .size = static_cast<std::int64_t>(content.size()), .sha256 = sha256_hex(content)};
}
ManifestEntry link(const std::string& path, const std::string& target) {
  return {.path = path, .kind = FileKind::symlink, .target = target};
}
ManifestEntry folder(const std::string& path) {
  return {.path = path, .kind = FileKind::folder};
}
Manifest sorted(std::vector<ManifestEntry> entries) {
  Manifest manifest{std::move(entries)};
  sort_by_path(manifest);
  return manifest;
}
std::string problems(std::vector<ManifestEntry> entries) {
  return join(problems_of(sorted(std::move(entries))), "\n");
}

TEST(Manifest, OrdinaryTreesHaveNoProblems) {
  EXPECT_EQ(problems({file("a.txt"), file("a/b.txt"), file("a-b/c.txt"), folder("empty"), link("a/up", "../a.txt"), link("gone", "nowhere"),
                      link("self", "self"), file("with \"quotes\"\n and lines.txt"), file("ünï.txt"), file("..."), file("a/..b")}),
            "");
  EXPECT_EQ(problems({}), "");
}

TEST(Manifest, NamesEveryPathThatCouldLeadOutside) {
  EXPECT_EQ(problems({file("/etc/passwd"), file("../x"), file("a/../../x"), file("a//b"), file("b/"), file("./c"), file("")}),
            "'' is empty\n"
            "'../x' has the segment '..'\n"
            "'./c' has the segment '.'\n"
            "'/etc/passwd' is absolute, expected a path relative to the workspace\n"
            "'a/../../x' has the segment '..'\n"
            "'a//b' has an empty segment\n"
            "'b/' has an empty segment");
  EXPECT_EQ(problems({file(std::string("a\0b", 3)), file("bad \xff name"), file("line\nend\x01" + std::string(256, 'x'))}),
            "'a\\x00b' contains a NUL character\n"
            "'bad \\xff name' is not valid UTF-8: rename the file\n"
            "'line\\nend\\x01" +
                std::string(256, 'x') + "' has a name longer than 255 bytes");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "d/";
  EXPECT_EQ(problems({file(deep + "x")}), quoted_path(deep + "x") + " lies in more than 99 folders");
  EXPECT_EQ(problems({file(std::string(5000, 'x'))}), quoted_path(std::string(5000, 'x')) + " is longer than 4095 bytes");
}

TEST(Manifest, RefusesWhatCannotExistTogether) {
  EXPECT_EQ(problems({file("a"), file("a")}), "'a' is there twice");
  EXPECT_EQ(problems({file("a"), file("a-b"), file("a/b")}), "'a/b' lies below 'a', which is a file");
  EXPECT_EQ(problems({link("a", "b"), file("a/b/c")}), "'a/b/c' lies below 'a', which is a symbolic link");
  EXPECT_EQ(problems({folder("a"), file("a/b")}), "'a/b' lies below 'a', which is an empty folder");
  EXPECT_EQ(join(problems_of({{file("b"), file("a")}}), "\n"), "'a' stands after 'b', expected the order of the paths");
}

TEST(Manifest, RefusesContentsThatCannotBe) {
  ManifestEntry negative = file("negative");
  negative.size = -1;
  negative.sha256 = sha256_hex("");
  ManifestEntry other_size = file("other size");
  other_size.size = 4;
  ManifestEntry short_hash = file("short");
  short_hash.sha256 = "../../../etc/passwd";
  ManifestEntry full_folder = folder("full");
  full_folder.size = 3;
  ManifestEntry file_with_target = file("target");
  file_with_target.target = "x";
  EXPECT_EQ(problems({file("abc"), negative, other_size, short_hash, full_folder, file_with_target}),
            "'full' is an empty folder but has content\n"
            "'negative' has the size -1\n"
            "'other size' has 4 bytes, but another file with the same content has 3\n"
            "'short' has no SHA-256 of 64 hexadecimal digits\n"
            "'target' is a file but has the target of a symbolic link");
  ManifestEntry huge = file("huge", "x");
  huge.size = INT64_MAX;
  EXPECT_EQ(problems({file("a"), huge}), "'huge' makes the workspace larger than any disk");
}

TEST(Manifest, RefusesLinksThatLeadOutside) {
  EXPECT_EQ(problems({link("a", "/etc"), link("b", ".."), link("c/d", "../../x"), link("e", "x/../../y"), link("f", "")}),
            "'a' is a symbolic link that leads outside of the workspace, to '/etc'\n"
            "'b' is a symbolic link that leads outside of the workspace, to '..'\n"
            "'c/d' is a symbolic link that leads outside of the workspace, to '../../x'\n"
            "'e' is a symbolic link that leads outside of the workspace, to 'x/../../y'\n"
            "'f' is a symbolic link without a target");
  // The text of `out` stays inside: a/b/s/../.. is a. But s stands for z, and z/../.. is above the root.
  EXPECT_EQ(problems({link("a/b/s", "../../z"), file("z/file"), link("out", "a/b/s/../../x")}),
            "'out' is a symbolic link that leads outside of the workspace, to 'a/b/s/../../x'");
  EXPECT_EQ(problems({link("a/b/s", "../../z"), file("z/file"), link("in", "a/b/s/../x")}), "");
}

// Forty links, each naming the next one many times, would be followed for ever.
TEST(Manifest, LinksThatMultiplyEndSoon) {
  std::vector<ManifestEntry> entries;
  for (int i = 0; i < 1000; ++i) {
    const std::string next = fmt::format("l{}/../", i + 1);
    std::string target;
    for (int k = 0; k < 400; ++k) target += next;
    entries.push_back(link(fmt::format("l{}", i), target + "x"));
  }
  EXPECT_TRUE(problems(std::move(entries)).ends_with("cannot be followed: the symbolic links of this workspace are too entangled"));
}

TEST(Manifest, TheIdChangesWithEverything) {
  const Manifest base = sorted({file("a"), link("l", "a"), folder("e")});
  std::set<std::string> ids{manifest_id(base)};
  for (std::size_t i = 0; i < 6; ++i) {
    Manifest other = base;
    if (i == 0) other.entries[0].executable = true;
    if (i == 1) other.entries[0].sha256 = sha256_hex("x");
    if (i == 2) other.entries[0].path = "b";
    if (i == 3) other.entries[2].target = "b";
    if (i == 4) other.entries[1].kind = FileKind::symlink;
    if (i == 5) other.entries.pop_back();
    EXPECT_TRUE(ids.insert(manifest_id(other)).second) << i;
  }
  // The id names folders on agents and runs in journals: this value may never change.
  EXPECT_EQ(canonical_text(base), "tamarack manifest 1\nf- 3 " + abc + " 1:a 0:\nd- 0 - 1:e 0:\nl- 0 - 1:l 1:a\n");
  EXPECT_EQ(manifest_id(base), sha256_hex(canonical_text(base)));
}

TEST(Manifest, ContentsAreNamedOnce) {
  const Manifest manifest = sorted({file("a"), file("b"), file("c", "other"), link("l", "a")});
  const auto contents = contents_of(manifest);
  EXPECT_EQ(contents.size(), 2U);
  EXPECT_EQ(contents.at(abc)->path, "a");
  EXPECT_EQ(total_bytes(manifest), 11);
}

// Whatever is accepted can be created below a folder without leaving it.
RC_GTEST_PROP(Manifest, NothingAcceptedLeavesTheFolder, (const std::vector<std::string>& paths)) {
  for (const std::string& raw : paths) {
    std::string path;
    for (const char c : raw) path += "./a\n"[static_cast<unsigned char>(c) % 4];  // mostly dots and slashes
    if (!problems({file(path)}).empty()) continue;
    int depth = 0;
    for (const std::string& segment : split(path, '/')) {
      RC_ASSERT(!segment.empty() && segment != "." && segment != "..");
      ++depth;
    }
    RC_ASSERT(depth > 0 && path.front() != '/');
  }
}

}  // namespace
}  // namespace tamarack::domain
