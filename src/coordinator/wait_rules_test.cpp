#include "coordinator/wait_rules.h"

#include <gtest/gtest.h>

#include "wire/probe_request.h"

namespace tamarack::coordinator {
namespace {

std::string http(const std::string& url, const std::string& events = {}) {
  return to_text(wire::ProbeRequest{wire::HttpProbe{.url = url, .events = events}});
}

TEST(WaitRules, WithoutAListEverythingButLinkLocal) {
  const WaitRules rules;
  for (const std::string& url : {"http://app:8000/x", "https://127.0.0.1/", "http://[::1]:80/", "http://10.0.0.1/"})
    EXPECT_FALSE(why_refused(rules, http(url))) << url;
  for (const std::string& url : {"http://169.254.169.254/", "http://[fe80::1]/", "http://metadata.google.internal/x"})
    EXPECT_TRUE(why_refused(rules, http(url))) << url;
  EXPECT_TRUE(why_refused(rules, http("http://app/", "http://169.254.169.254/")));
}

TEST(WaitRules, AListIsExact) {
  const WaitRules rules{.local_sources = false, .hosts = {"app:8000", "*.Example.com", "[::1]:80", "169.254.169.254"}};
  for (const std::string& url :
       {"http://app:8000/x", "http://APP:8000", "https://a.b.example.com/", "http://[::1]:80/", "http://169.254.169.254/"})
    EXPECT_FALSE(why_refused(rules, http(url))) << url;
  for (const std::string& url : {"http://app/", "http://app:80000/", "https://example.com/", "http://xexample.com/",
                                 "http://a.example.com.evil/", "http://[::1]:81/", "http://evil/?app:8000"})
    EXPECT_TRUE(why_refused(rules, http(url))) << url;
}

TEST(WaitRules, EveryKindOfSourceIsLookedAt) {
  const WaitRules rules{.local_sources = false, .hosts = {"ok"}};
  const auto refused = [&](const wire::ProbeRequest& request) { return why_refused(rules, to_text(request)).has_value(); };
  EXPECT_FALSE(refused(wire::RedisProbe{.url = "redis://:secret@ok:6379/0", .key = "k"}));
  EXPECT_TRUE(refused(wire::RedisProbe{.url = "redis://ok@evil:6379/0", .key = "k"}));
  EXPECT_TRUE(refused(wire::RabbitProbe{.url = "amqp://u:p@evil:5672/", .queue = "q"}));
  EXPECT_TRUE(refused(wire::TcpProbe{.address = "evil:22"}));
  EXPECT_FALSE(refused(wire::PostgresProbe{.url = "postgres://u:p@ok:5432/db", .query = "select 1"}));
  EXPECT_TRUE(refused(wire::PostgresProbe{.url = "postgres://u:p@ok,evil/db", .query = "select 1"}));
  EXPECT_TRUE(refused(wire::PostgresProbe{.url = "postgres://ok/db?hostaddr=169.254.169.254", .query = "select 1"}));
  EXPECT_TRUE(refused(wire::PostgresProbe{.url = "dbname=x host=evil", .query = "select 1"}));
  EXPECT_TRUE(refused(wire::PostgresProbe{.url = "postgres:///db", .query = "select 1"})) << "a socket of the server's machine";
  EXPECT_TRUE(refused(wire::PostgresProbe{.url = "dbname=x", .query = "select 1"}));
  // What libpq reads otherwise than it looks.
  for (const char* url : {"postgres://ok/db?ho%73t=evil", "postgres://ok/db?host=ok,evil", "postgres://ok:5432/db?port=22",
                          "host=ok\thost=evil", "host=ok\nhostaddr=127.0.0.1", "host=ok\rhost = evil"})
    EXPECT_TRUE(refused(wire::PostgresProbe{.url = url, .query = "select 1"})) << url;
  EXPECT_FALSE(refused(wire::PostgresProbe{.url = "postgres://ok/db?sslmode=require&host=ok", .query = "select 1"}));
  for (const std::string& url : {"host = '169.254.169.254' dbname=x", "host=169\\.254.169.254", "postgres://169%2E254.169.254/db"})
    EXPECT_TRUE(why_refused({}, to_text(wire::ProbeRequest{wire::PostgresProbe{.url = url, .query = "select 1"}}))) << url;
  EXPECT_TRUE(refused(wire::CommandProbe{.run = "id"}));
  EXPECT_TRUE(refused(wire::FileProbe{.path = "/etc/passwd"}));
  EXPECT_TRUE(refused(wire::LogProbe{.path = "/x", .pattern = "a"}));
  EXPECT_FALSE(why_refused({.local_sources = true, .hosts = {}}, to_text(wire::ProbeRequest{wire::CommandProbe{.run = "id"}})));
}

}  // namespace
}  // namespace tamarack::coordinator
