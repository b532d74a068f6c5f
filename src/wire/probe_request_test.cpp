#include "wire/probe_request.h"

#include <gtest/gtest.h>

#include "wire/server_url.h"

namespace tamarack::wire {
namespace {

// Every kind with everything set, and its one text.
const std::vector<std::pair<ProbeRequest, std::string>>& examples() {
  static const std::vector<std::pair<ProbeRequest, std::string>> all = {
      {HttpProbe{.url = "http://app:8000/jobs/7"}, R"({"http":{"url":"http://app:8000/jobs/7"}})"},
      {HttpProbe{.method = "POST",
                 .url = "https://app/jobs",
                 .headers = {{"X-B", "2"}, {"Accept", "a/b"}},
                 .body = "{\"a\":1}\n",
                 .discover = true,
                 .events = "https://app/events"},
       R"({"http":{"body":"{\"a\":1}\n","discover":true,"events":"https://app/events","headers":{"Accept":"a/b","X-B":"2"},)"
       R"("method":"POST","url":"https://app/jobs"}})"},
      {RedisProbe{.url = "redis://:pw@r:6380/2", .hash = "job:1", .notify = true},
       R"({"redis":{"hash":"job:1","notify":true,"url":"redis://:pw@r:6380/2"}})"},
      {RedisProbe{.url = "redis://r", .stream = "s", .after = "5-0"}, R"({"redis":{"after":"5-0","stream":"s","url":"redis://r"}})"},
      {PostgresProbe{.url = "postgres://u:pw@db/app", .query = "select 1", .channel = "done"},
       R"({"postgres":{"channel":"done","query":"select 1","url":"postgres://u:pw@db/app"}})"},
      {RabbitProbe{.url = "amqp://u:pw@mq/v", .exchange = "jobs", .routing_key = "a.#"},
       R"({"rabbitmq":{"exchange":"jobs","routing_key":"a.#","url":"amqp://u:pw@mq/v"}})"},
      {FileProbe{.path = "/tmp/x"}, R"({"file":{"path":"/tmp/x"}})"},
      {TcpProbe{.address = "[::1]:80"}, R"({"tcp":{"address":"[::1]:80"}})"},
      {LogProbe{.path = "a.log", .pattern = "job (\\d+)"}, R"j({"log":{"path":"a.log","pattern":"job (\\d+)"}})j"},
      {CommandProbe{.run = "test -e x", .dir = "/tmp", .env = {{"B", "2"}, {"A", "1"}}},
       R"({"command":{"dir":"/tmp","env":{"A":"1","B":"2"},"run":"test -e x"}})"},
  };
  return all;
}

TEST(ProbeRequest, HasOneTextAndComesBackFromIt) {
  for (const auto& [request, text] : examples()) {
    EXPECT_EQ(to_text(request), text);
    const auto again = parse_probe_request(text);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, request);
  }
}

TEST(ProbeRequest, AnotherOrderOfFieldsIsTheSameProbe) {
  const auto one = parse_probe_request(R"({"redis":{"url":"redis://r","notify":false,"key":"k"}})");
  ASSERT_TRUE(one);
  EXPECT_EQ(to_text(*one), R"({"redis":{"key":"k","url":"redis://r"}})");
}

std::string problem_of(std::string_view text) {
  const auto parsed = parse_probe_request(text);
  return parsed ? "none" : parsed.error().message;
}

TEST(ProbeRequest, WhatCannotBeAskedIsRefusedInWords) {
  for (const char* text : {"",
                           "[]",
                           "{}",
                           R"({"http":3})",
                           R"({"smtp":{}})",
                           R"({"http":{"url":"ftp://x"}})",
                           R"({"http":{"url":"http://u:p@x/"}})",
                           R"({"http":{"url":"http://x","method":"A B"}})",
                           R"({"http":{"url":"http://x","headers":{"a":"b\nc"}}})",
                           R"({"http":{"url":"http://x","headers":{"a b":"c"}}})",
                           R"({"redis":{"url":"redis://x"}})",
                           R"({"redis":{"url":"redis://x","key":"a","hash":"b"}})",
                           R"({"redis":{"url":"http://x","key":"a"}})",
                           R"({"redis":{"url":"redis://x","key":"a","after":"1-0"}})",
                           R"({"redis":{"url":"redis://x:99999","key":"a"}})",
                           R"({"postgres":{"url":"postgres://x","query":" "}})",
                           R"({"postgres":{"url":"nothing","query":"select 1"}})",
                           R"({"rabbitmq":{"url":"amqp://x"}})",
                           R"({"rabbitmq":{"url":"amqp://x","queue":"q","exchange":"e"}})",
                           R"({"file":{"path":""}})",
                           R"({"tcp":{"address":"host"}})",
                           R"({"tcp":{"address":"host:0"}})",
                           R"({"log":{"path":"a","pattern":"("}})",
                           R"({"command":{"run":""}})"})
    EXPECT_TRUE(problem_of(text).starts_with("not a probe: ")) << text << " gave " << problem_of(text);
  EXPECT_EQ(problem_of(R"({"file":{"path":"a","paht":"b"}})"), "not a probe: /file/paht: there is no such field; known: path");
  EXPECT_EQ(problem_of(R"({"log":{"path":"a","pattern":"(a)\\1"}})"), "not a probe: /log: a pattern may have no back references");
  EXPECT_EQ(problem_of(R"({"http":{"url":7}})"), "not a probe: /http/url: expected a string, got an integer");
}

TEST(ProbeRequest, SaysWhoseBudgetItIs) {
  EXPECT_EQ(host_of(HttpProbe{.url = "http://App:8000/a?b"}), "http://app:8000");
  EXPECT_EQ(host_of(HttpProbe{.url = "https://[::1]/a"}), "https://[::1]:443");
  EXPECT_EQ(host_of(RedisProbe{.url = "redis://:secret@r/3", .key = "k"}), "redis://r:6379");
  EXPECT_EQ(host_of(PostgresProbe{.url = "host=db port=5433 password=secret", .query = "q"}), "postgres://db:5433");
  EXPECT_EQ(host_of(PostgresProbe{.url = "postgres://u:secret@db/x", .query = "q"}), "postgres://db:5432");
  EXPECT_EQ(host_of(RabbitProbe{.url = "amqps://mq/v", .queue = "q"}), "amqp://mq:5671");
  EXPECT_EQ(host_of(FileProbe{.path = "/a"}), "file");
  EXPECT_EQ(host_of(CommandProbe{.run = "a"}), "command");
  EXPECT_EQ(host_of(TcpProbe{.address = "a:1"}), "tcp://a:1");
}

TEST(ProbeRequest, IsShownWithoutPasswords) {
  EXPECT_EQ(shown(HttpProbe{.url = "http://app/x?token=abcdef&page=2"}), "http://app/x?token=***&page=2");
  EXPECT_EQ(shown(HttpProbe{.method = "POST", .url = "http://app/x"}), "POST http://app/x");
  EXPECT_EQ(shown(RedisProbe{.url = "redis://:s3cret@r:1/2", .hash = "job"}), "redis://:***@r:1/2 hash job");
  EXPECT_EQ(shown(RedisProbe{.url = "redis://:s3/c?r@t@r:1/2", .hash = "job"}).find("s3"), std::string::npos);
  EXPECT_EQ(shown(PostgresProbe{.url = "host=db password='s3 cret' user=u", .query = " select\n1 "}),
            "host=db password=*** user=u select 1");
  EXPECT_EQ(shown(PostgresProbe{.url = "postgres://u:s3cret@db/x?password=other", .query = "q"}), "postgres://u:***@db/x?password=*** q");
  EXPECT_EQ(shown(RabbitProbe{.url = "amqp://u:s3cret@mq/v", .exchange = "e", .routing_key = "k"}), "amqp://u:***@mq/v exchange e key k");
  EXPECT_EQ(shown(LogProbe{.path = "/l", .pattern = "p"}), "/l /p/");
}

TEST(ProbeRequest, KnowsWhatIsPushed) {
  EXPECT_FALSE(is_pushed(HttpProbe{.url = "http://x"}));
  EXPECT_TRUE(is_pushed(HttpProbe{.url = "http://x", .events = "http://x/e"}));
  EXPECT_FALSE(is_pushed(RedisProbe{.key = "k"}));
  EXPECT_TRUE(is_pushed(RedisProbe{.key = "k", .notify = true}));
  EXPECT_TRUE(is_pushed(RedisProbe{.stream = "s"}));
  EXPECT_FALSE(is_pushed(PostgresProbe{}));
  EXPECT_TRUE(is_pushed(PostgresProbe{.channel = "c"}));
  EXPECT_TRUE(is_pushed(RabbitProbe{.exchange = "e"}));
  EXPECT_FALSE(is_pushed(RabbitProbe{.queue = "q"}));
  EXPECT_TRUE(is_pushed(FileProbe{}));
  EXPECT_TRUE(is_pushed(LogProbe{}));
  EXPECT_FALSE(is_pushed(TcpProbe{}));
  EXPECT_FALSE(is_pushed(CommandProbe{}));
}

TEST(ServerUrl, IsTakenApart) {
  const auto url = parse_server_url("Redis://us%40er:p%3Aw@[::1]:70/a%2Fb?x=1#f");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "redis");
  EXPECT_EQ(url->user, "us@er");
  EXPECT_EQ(url->password, "p:w");
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, "70");
  EXPECT_EQ(url->path, "a/b");
  EXPECT_EQ(url->query, "x=1");
  EXPECT_FALSE(parse_server_url("redis://x:pw"));
  EXPECT_EQ(parse_server_url("redis://u:hunter2@x:pw").error().message.find("hunter2"), std::string::npos);
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%41%zz"), "A%zz");
}

}  // namespace
}  // namespace tamarack::wire
