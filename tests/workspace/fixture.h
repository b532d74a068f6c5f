// For tests of workspaces: a temporary folder, files in it, and trees made from a number. Removed at the end.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

#include "artifact/workspace/content_store.h"
#include "artifact/workspace/scan.h"
#include "base/hash.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::artifact {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/tamarack-workspace-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~TemporaryFolder() { (void)io::remove_entry(path_).has_value(); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void write_below(const std::string& root, const std::string& path, const std::string& content, bool executable = false) {
  const std::string file = root + "/" + path;
  EXPECT_TRUE(io::make_directories(io::parent_path(file)));
  std::ofstream(file, std::ios::binary) << content;
  EXPECT_TRUE(io::set_executable(file, executable));
}

inline void link_below(const std::string& root, const std::string& path, const std::string& target) {
  EXPECT_TRUE(io::make_directories(io::parent_path(root + "/" + path)));
  EXPECT_TRUE(io::make_symlink(target, root + "/" + path));
}

// Files with strange names, executables, links, empty folders, equal contents; at most 30 entries in nested folders.
inline void make_random_tree(const std::string& root, Random& random) {
  static const std::vector<std::string> names{"a",   "b.ts", "a-b",  "with space", "new\nline", "quo\"te'",
                                              "ünï", "-rf",  "$(x)", "*",          "a b\\c"};
  EXPECT_TRUE(io::make_directories(root));
  for (std::uint64_t i = random.below(30); i > 0; --i) {
    std::string folder;
    for (std::uint64_t depth = random.below(4); depth > 0; --depth) folder += "d" + names[random.below(names.size())] + "/";
    const std::string path = folder + names[random.below(names.size())];
    if (const auto there = io::look_at_entry(root + "/" + path); !there || *there) continue;
    switch (random.below(6)) {
      case 0:
        EXPECT_TRUE(io::make_directories(root + "/" + folder + "e" + names[random.below(names.size())]));
        break;
      case 1:
        link_below(root, path, names[random.below(names.size())]);
        break;
      default:
        write_below(root, path, std::string(random.below(5) * random.below(2000), static_cast<char>('a' + random.below(3))),
                    random.chance(0.3));
    }
  }
}

inline domain::Manifest scanned(const std::string& root) {
  const Result<Scanned> result = scan_listed({.root = root}, std::nullopt);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? result->manifest : domain::Manifest{};
}

// Every content of the manifest from the tree into the store, as a sender would.
inline void send(const domain::Manifest& manifest, const std::string& root, ContentStore& store) {
  for (const ContentStore::Missing& one : store.missing(manifest)) {
    const std::string incoming = store.incoming_path();
    EXPECT_TRUE(io::clone_file(root + "/" + one.path, incoming, false));
    const Result<> put = store.put(one.sha256, incoming);
    EXPECT_TRUE(put) << (put ? "" : put.error().message);
  }
}

}  // namespace tamarack::artifact
