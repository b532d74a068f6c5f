#include "artifact/disk/disk_artifact_store.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "io/files.h"

namespace tamarack::artifact {
namespace {

TEST(DiskArtifactStore, KeepsBytesOnceByTheirHash) {
  char name[] = "/tmp/tamarack-artifact-XXXXXX";
  const std::string folder = mkdtemp(name);
  const auto store = open_disk_store(folder + "/kept");
  ASSERT_TRUE(store);
  ASSERT_TRUE(io::write_file(folder + "/a", "abc"));
  ASSERT_TRUE(io::write_file(folder + "/b", "abc"));
  const auto first = (*store)->keep(folder + "/a");
  ASSERT_TRUE(first);
  // The SHA-256 test vector of FIPS 180-2 for "abc".
  EXPECT_EQ(first->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(first->size, 3);
  EXPECT_EQ((*store)->keep(folder + "/b")->sha256, first->sha256);
  EXPECT_EQ(*io::read_file(*(*store)->locate(first->sha256)), "abc");
  EXPECT_FALSE((*store)->locate(std::string(64, '0')));
  for (const std::string no_hash : {"", "x", "../../etc/hostname", "ab/../../x"}) EXPECT_FALSE((*store)->locate(no_hash)) << no_hash;
  EXPECT_FALSE((*store)->keep(folder + "/missing"));
  // A screenshot of the same name is written over in place by the next test.
  std::ofstream(folder + "/a") << "xyz";
  EXPECT_EQ(*io::read_file(*(*store)->locate(first->sha256)), "abc");
  (void)io::remove_tree(folder).has_value();
}

}  // namespace
}  // namespace tamarack::artifact
