#include "wire/manifest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/hash.h"
#include "base/sha256.h"

namespace tamarack::wire {
namespace {

using domain::FileKind;
using domain::Manifest;

Manifest example() {
  return {{{.path = "a \"b\"\nc", .executable = true, .size = 3, .sha256 = sha256_hex("abc")},
           {.path = "empty", .kind = FileKind::folder},
           {.path = "link", .kind = FileKind::symlink, .target = "empty"}}};
}

TEST(Manifest, RoundTrips) {
  const std::string text = encode_manifest(example());
  const Result<Manifest> back = decode_manifest(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, example());
  EXPECT_EQ(encode_manifest(*back), text);
  EXPECT_EQ(text, R"({"version":1,"entries":[{"path":"a \"b\"\nc","kind":"file","executable":true,"size":3,"sha256":")" +
                      sha256_hex("abc") +
                      R"(","target":""},{"path":"empty","kind":"folder","executable":false,"size":0,"sha256":"","target":""},)"
                      R"({"path":"link","kind":"symlink","executable":false,"size":0,"sha256":"","target":"empty"}]})");
}

std::string refusal(const std::string& text) {
  const Result<Manifest> manifest = decode_manifest(text);
  return manifest ? "accepted" : manifest.error().message;
}

TEST(Manifest, HostileOnesAreRefusedByName) {
  EXPECT_EQ(
      refusal(R"({"version":1,"entries":[{"path":"../../.ssh/authorized_keys","kind":"file","sha256":")" + sha256_hex("") + R"("}]})"),
      "the manifest is refused: '../../.ssh/authorized_keys' has the segment '..'");
  EXPECT_EQ(refusal(R"({"version":1,"entries":[{"path":"l","kind":"symlink","target":"/root"},{"path":"l/x","kind":"folder"}]})"),
            "the manifest is refused: 'l' is a symbolic link that leads outside of the workspace, to '/root'; "
            "'l/x' lies below 'l', which is a symbolic link");
  EXPECT_EQ(refusal(R"({"version":1,"entries":[{"path":7,"kind":"device","size":1e99}]})"),
            "not a manifest: /entries/0/path: expected a string, got an integer; /entries/0/kind: expected one of file, symlink, folder, "
            "got a string; /entries/0/size: expected an integer in range, got a number");
  EXPECT_EQ(refusal(R"({"version":2,"entries":[]})"), "a manifest of version 2, expected 1");
  EXPECT_EQ(refusal("[]"), "not a manifest: /: expected an object, got an array");
  EXPECT_EQ(decode_manifest(std::string(manifest_bytes_max + 1, ' ')).error().code, ErrorCode::limit_exceeded);
  std::string many = R"({"version":1,"entries":[)";
  for (int i = 0; i < 30; ++i) many += R"({"path":"/x","kind":"folder"},)";
  many.back() = ']';
  EXPECT_TRUE(refusal(many + "}").ends_with("; and 49 more")) << refusal(many + "}");
}

RC_GTEST_PROP(Manifest, AnyBytesGiveAValueOrAnError, (const std::string& bytes)) {
  const Result<Manifest> manifest = decode_manifest(bytes);
  RC_ASSERT(manifest.has_value() || !manifest.error().message.empty());
}

RC_GTEST_PROP(Manifest, KeepsItsIdOnTheWay, (std::uint64_t seed)) {
  Random random(seed);
  Manifest manifest;
  for (std::uint64_t i = random.below(20); i > 0; --i) {
    domain::ManifestEntry entry{.path = fmt::format("f{}/\u00e9 \\{}", random.below(5), i)};
    entry.kind = static_cast<FileKind>(random.below(3));
    if (entry.kind == FileKind::symlink) entry.target = "x";
    if (entry.kind == FileKind::file) {
      entry.size = static_cast<std::int64_t>(random.below(1000));
      entry.sha256 = sha256_hex(fmt::format("{}", entry.size));
      entry.executable = random.chance(0.5);
    }
    manifest.entries.push_back(std::move(entry));
  }
  sort_by_path(manifest);
  const Result<Manifest> back = decode_manifest(encode_manifest(manifest));
  RC_ASSERT(back.has_value());
  RC_ASSERT(manifest_id(*back) == manifest_id(manifest));
}

}  // namespace
}  // namespace tamarack::wire
