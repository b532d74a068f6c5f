#include "client/api_client.h"

#include <gtest/gtest.h>

#include "client/server_double.h"

namespace tamarack::client {
namespace {

TEST(ApiClient, TakesAnAddressAlone) {
  EXPECT_EQ(*checked_url("https://tamarack.example:8420"), "https://tamarack.example:8420");
  EXPECT_EQ(*checked_url("http://127.0.0.1:8420/"), "http://127.0.0.1:8420");
  for (const char* url :
       {"", "tamarack.example", "ftp://tamarack.example", "http://", "https://a/b", "https://a/?x", "file:///etc/passwd"}) {
    const auto checked = checked_url(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument) << url;
    EXPECT_NE(checked.error().hint, "") << url;
  }
}

TEST(ApiClient, WaitsLongerEveryTimeUpToTenSeconds) {
  std::vector<std::int64_t> pauses;
  for (int n = 1; n <= 8; ++n) pauses.push_back(pause_before(n).count());
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{250, 500, 1000, 2000, 4000, 8000, 10'000, 10'000}));
  EXPECT_EQ(pause_before(1'000'000), Millis{10'000});
}

// Which refusals pass by themselves: what is wrong with a token or a request does not, a restart does.
TEST(ApiClient, KnowsWhatIsWorthAnotherTry) {
  for (const int status : {429, 500, 502, 503}) EXPECT_TRUE(is_passing(error_of({.status = status}))) << status;
  for (const int status : {400, 401, 403, 404, 409, 413, 422}) EXPECT_FALSE(is_passing(error_of({.status = status}))) << status;
  EXPECT_FALSE(is_passing(make_error(ErrorCode::unavailable, "cannot connect: the certificate was refused: expired")));
  const Error closed = error_of({.status = 401, .body = R"({"title":"Unauthorized","status":401,"detail":"the token was revoked"})"});
  EXPECT_EQ(closed.message, "the server did not accept the token: the token was revoked");
  EXPECT_NE(closed.hint.find("--token-file"), std::string::npos);
  EXPECT_EQ(error_of({.status = 502, .body = "<html>"}).message, "the server answered 502 Bad Gateway")
      << "a proxy knows no problem document";
}

std::string outcome_of(ServerDouble& server, ApiCall call, const std::string& token = "tmk_x") {
  ApiClient api(server.loop(), server.address(token));
  std::string outcome;
  api.call(std::move(call), [&](const Result<std::string>& body) {
    outcome = body ? "body " + *body : "error " + body.error().message;
    server.stop();
  });
  server.run();
  return outcome;
}

TEST(ApiClient, TriesAgainWhileTheServerIsAwayAndSaysSoOnce) {
  int left = 2;
  ServerDouble server([&](const Asked&, io::Exchange& exchange) {
    exchange.answer(left-- > 0 ? io::problem(503, "the server stops") : io::Answer{.status = 200, .body = "7"});
  });
  int told = 0;
  const auto retry = [&](const Error&) { ++told; };
  EXPECT_EQ(outcome_of(server, {.method = "POST", .path = "/x", .body = "{}", .patience = Millis{10'000}, .on_retry = retry}), "body 7");
  EXPECT_EQ(server.story(), "POST /x\nPOST /x\nPOST /x\n");
  EXPECT_EQ(told, 1);
  for (const Asked& one : server.asked()) EXPECT_EQ(one.authorization + " " + one.body, "Bearer tmk_x {}");
}

TEST(ApiClient, DoesNotAskAgainForWhatIsRefusedOrWithoutPatience) {
  int status = 403;
  ServerDouble server([&](const Asked&, io::Exchange& exchange) { exchange.answer(io::problem(status, "not for you")); });
  EXPECT_EQ(outcome_of(server, {.path = "/x", .patience = Millis{10'000}}), "error the token's rights do not suffice: not for you");
  status = 503;
  EXPECT_EQ(outcome_of(server, {.path = "/y"}, ""), "error not for you");
  EXPECT_EQ(server.story(), "GET /x\nGET /y\n");
  EXPECT_EQ(server.asked()[1].authorization, "") << "no token, no header";
}

}  // namespace
}  // namespace tamarack::client
