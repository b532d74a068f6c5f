#include "io/link_local.h"

#include <gtest/gtest.h>

namespace tamarack::io {
namespace {

TEST(LinkLocal, EverySpellingIsKnown) {
  for (const std::string_view host : {"169.254.169.254", "169.254.0.1", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518",
                                      "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "fe80::1%eth0", "fd00:ec2::254",
                                      "metadata.google.internal", "METADATA.google.internal.", "64:ff9b::169.254.169.254"})
    EXPECT_TRUE(is_link_local(host)) << host;
}

TEST(LinkLocal, OthersAreNot) {
  for (const std::string_view host : {"127.0.0.1", "10.0.0.1", "169.253.0.1", "localhost", "app", "::1", "fd00::1", "example.com", ""})
    EXPECT_FALSE(is_link_local(host)) << host;
}

}  // namespace
}  // namespace tamarack::io
