#include "io/signed_url.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "io/crypto.h"

namespace tamarack::io {
namespace {

constexpr std::string_view key = "a key of the server";
constexpr std::string_view path = "/api/v1/artifacts/ab12/video.webm";
const Instant noon = from_ms(1'800'000'000'000);
const Instant later = noon + Millis{60'000};

TEST(Crypto, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  // RFC 4231, test cases 2 and 6.
  EXPECT_EQ(hmac_sha256_text("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_text(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, RandomBytesAreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random_bytes(16)).second);
  EXPECT_EQ(random_bytes(40).size(), 40U);
  EXPECT_NE(new_signing_key(), new_signing_key());
  EXPECT_EQ(new_signing_key().size(), 64U);
}

// The form is part of links that people keep: it may not change within a version.
TEST(SignedUrl, HasOneForm) {
  EXPECT_EQ(sign_path(path, noon, key), "expires=1800000000&signature=" +
                                            hmac_sha256_text(key, "tamarack-signed-url-1\n/api/v1/artifacts/ab12/video.webm\n1800000000"));
  EXPECT_EQ(sign_path(path, noon + Millis{999}, key), sign_path(path, noon, key));
}

TEST(SignedUrl, OpensItsPathUntilItsInstant) {
  const std::string query = sign_path(path, later, key);
  EXPECT_EQ(verify_path(path, query, key, noon), SignatureCheck::ok);
  EXPECT_EQ(verify_path(path, query, key, later - Millis{1}), SignatureCheck::ok);
  EXPECT_EQ(verify_path(path, query, key, later), SignatureCheck::expired);
  EXPECT_EQ(verify_path(path, query, key, later + Millis{1'000'000}), SignatureCheck::expired);
}

TEST(SignedUrl, OpensNothingElse) {
  const std::string query = sign_path(path, later, key);
  for (const char* other : {"/api/v1/artifacts/ab12/video.web", "/api/v1/artifacts/ab12//video.webm", "/api/v1/artifacts/ab12/./video.webm",
                            "/api/v1/artifacts/ab12/video%2Ewebm", "/api/v1/artifacts/AB12/video.webm", "/", ""})
    EXPECT_EQ(verify_path(other, query, key, noon), SignatureCheck::forged) << other;
  EXPECT_EQ(verify_path(path, query, "another key", noon), SignatureCheck::forged);
  const std::string longer = sign_path(path, later + Millis{1000}, key);
  const std::string mixed = longer.substr(0, longer.find('&')) + query.substr(query.find('&'));
  EXPECT_EQ(verify_path(path, mixed, key, noon), SignatureCheck::forged) << "a later expiry under the old signature";
}

TEST(SignedUrl, ThePathAndTheNumberDoNotRunTogether) {
  // "/a" + LF + "12" must not be signed by anything made for "/a\n1…": such a path cannot be signed at all.
  EXPECT_EQ(verify_path("/a\n1", sign_path("/a", later, key), key, noon), SignatureCheck::forged);
}

TEST(SignedUrl, TheQueryIsTakenToTheLetter) {
  const std::string query = sign_path(path, later, key);
  const std::string signature = query.substr(query.find("signature="));
  for (const std::string& other :
       std::vector<std::string>{"", "?" + query, query + "&download=1", query + "&", "&" + query, query + query,
                                "expires=01800000060&" + signature, "expires=+1800000060&" + signature, "expires=&" + signature,
                                "expires=1800000060", "expires=99999999999999999999&" + signature, signature + "&expires=1800000060",
                                "expires=-1&" + signature, query.substr(0, query.size() - 1), "Expires=1800000060&" + signature})
    EXPECT_EQ(verify_path(path, other, key, noon), SignatureCheck::forged) << other;
}

RC_GTEST_PROP(SignedUrl, AnyChangedByteIsForged, ()) {
  std::string query = sign_path(path, later, key);
  const auto at = *rc::gen::inRange<std::size_t>(0, query.size());
  query[at] = static_cast<char>(query[at] ^ (1 << *rc::gen::inRange(0, 8)));
  RC_ASSERT(verify_path(path, query, key, noon) == SignatureCheck::forged);
}

RC_GTEST_PROP(SignedUrl, AnyBytesAreAnswered, (const std::string& text)) {
  RC_ASSERT(verify_path(path, text, key, noon) == SignatureCheck::forged);
  RC_ASSERT(verify_path(text, sign_path(path, later, key), key, noon) == SignatureCheck::forged);
}

}  // namespace
}  // namespace tamarack::io
