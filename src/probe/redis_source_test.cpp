// Against a real redis-server.
#include "probe/redis_source.h"

#include "io/raw_peer.h"
#include "tests/probe/probe_world.h"

namespace tamarack::probe {
namespace {

class RedisSourceTest : public ProbeWorld {
 protected:
  void SetUp() override {
    port_ = free_port();
    start_redis({});
  }
  void start_redis(const std::vector<std::string>& more) {
    std::vector<std::string> argv{"redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1",
                                  "--save",       "",       "--appendonly",        "no"};
    argv.insert(argv.end(), more.begin(), more.end());
    start("redis", argv, port_);
  }
  std::string url(const std::string& who = "") const { return fmt::format("redis://{}127.0.0.1:{}", who, port_); }
  // A line of words as for redis-cli; the first line of the answer.
  std::string redis(const std::string& line) {
    io::RawPeer peer(port_);
    EXPECT_TRUE(peer.send(line + "\r\n"));
    return peer.read_until("\r\n");
  }
  int port_ = 0;
};

TEST_F(RedisSourceTest, HashesKeysAndStreams) {
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .hash = "job"}), "not there");
  redis("HSET job status RUNNING progress 40");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .hash = "job"}), R"({"status":"RUNNING","progress":"40"})");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "k"}), "not there");
  redis("SET k 7");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "k"}), R"({"value":"7"})");
  redis(R"(SET k "{\"a\":[1]}")");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "k"}), R"({"value":{"a":[1]}})");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .stream = "s"}), "not there");
  redis("XADD s 5-1 status one");
  redis("XADD s 6-1 status two");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .stream = "s"}), R"({"id":"6-1","status":"two"})");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .stream = "s", .after = "5-1"}), R"({"id":"6-1","status":"two"})");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .stream = "s", .after = "6-1"}), "not there");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .hash = "s"}),
            "no answer: the server refused: WRONGTYPE Operation against a key holding the wrong kind of value");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url() + "/3", .key = "k"}), "not there") << "another database";
}

TEST_F(RedisSourceTest, HugeAnswersAreCut) {
  redis("SETRANGE k 2000000 x");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "k"}).rfind("(cut) ", 0), 0U);
  redis("SETRANGE k 20000000 x");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "k"}), "(cut) ");
  redis("SET other 1");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "other"}), R"({"value":"1"})") << "the connection is made again";
}

TEST_F(RedisSourceTest, PasswordsAreUsedAndNotTold) {
  stop("redis");
  start_redis({"--requirepass", "hunter2"});
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(), .key = "k"}), "no answer: NOAUTH Authentication required.");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(":wrong99@"), .key = "k"}),
            "no answer: WRONGPASS invalid username-password pair or user is disabled.");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url(":hunter2@"), .key = "k"}), "not there");
  EXPECT_EQ(ask(wire::RedisProbe{.url = url("default:hunter2@"), .key = "k"}), "not there");
}

TEST_F(RedisSourceTest, NotificationsPushAlsoAfterTheServerWasKilled) {
  redis("CONFIG SET notify-keyspace-events Kgh$x");
  const wire::ProbeRequest hash = wire::RedisProbe{.url = url(), .hash = "job", .notify = true};
  const auto pushes = watch(hash);
  const auto other = watch(wire::RedisProbe{.url = url(), .key = "k", .notify = true});
  EXPECT_TRUE(run_until([&] { return *pushes == 1 && *other == 1; })) << "armed";
  redis("HSET job status DONE");
  EXPECT_TRUE(run_until([&] { return *pushes == 2; }));
  EXPECT_EQ(*other, 1);
  EXPECT_EQ(ask(hash), R"({"status":"DONE"})");
  stop("redis");
  EXPECT_EQ(ask(hash).rfind("no answer: ", 0), 0U);
  start_redis({"--notify-keyspace-events", "KA"});
  EXPECT_TRUE(run_until([&] { return *pushes == 3 && *other == 2; })) << "armed anew, once";
  redis("HSET job status AGAIN");
  EXPECT_TRUE(run_until([&] { return *pushes == 4; }));
  EXPECT_EQ(ask(hash), R"({"status":"AGAIN"})");
  probes_->unwatch(wire::to_text(hash));
  redis("HSET job status LAST");
  redis("SET k 1");
  EXPECT_TRUE(run_until([&] { return *other == 3; }));
  EXPECT_EQ(*pushes, 4);
}

TEST_F(RedisSourceTest, StreamsPushEveryEntryAlsoAfterTheServerWasKilled) {
  const auto one = watch(wire::RedisProbe{.url = url(), .stream = "one"});
  const auto two = watch(wire::RedisProbe{.url = url(), .stream = "two"});
  EXPECT_TRUE(run_until([&] { return *one >= 1 && *two >= 1; })) << "armed";
  pause(Millis{50});
  for (int i = 0; i < 20; ++i) {
    const int before = *one;
    const int others = *two;
    redis("XADD one * n 1");
    EXPECT_TRUE(run_until([&] { return *one > before; }, Millis{2'000})) << i;
    EXPECT_EQ(*two, others);
  }
  redis("SET notastream 1");
  const auto wrong = watch(wire::RedisProbe{.url = url(), .stream = "notastream"});
  EXPECT_TRUE(run_until([&] { return *wrong >= 1; })) << "so that the look says what is wrong";
  const int before = *two;
  redis("XADD two * n 1");
  EXPECT_TRUE(run_until([&] { return *two > before; }));
  stop("redis");
  const int armed = *one;
  start_redis({});
  EXPECT_TRUE(run_until([&] { return *one > armed; })) << "armed anew";
  pause(Millis{50});
  const int again = *one;
  redis("XADD one * n 2");
  EXPECT_TRUE(run_until([&] { return *one > again; }));
}

TEST_F(RedisSourceTest, WhoSpeaksAnotherLanguageIsNoRedis) {
  const auto garbage = peer("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto answer = ask(wire::RedisProbe{.url = fmt::format("redis://127.0.0.1:{}", garbage->port()), .key = "k"});
  EXPECT_EQ(answer.rfind("no answer: the answer is not Redis", 0), 0U) << answer;
  EXPECT_EQ(ask(wire::RedisProbe{.url = "redis://127.0.0.1:1", .key = "k"}),
            "no answer: cannot connect to 127.0.0.1 port 1: Connection refused");
}

TEST_F(RedisSourceTest, WhoCountsOnNotificationsThatAreOffIsTold) {
  const wire::ProbeRequest hash = wire::RedisProbe{.url = url(), .hash = "job", .notify = true};
  const wire::ProbeRequest key = wire::RedisProbe{.url = url(), .key = "k", .notify = true};
  // What was said of each by the time that a look after it is answered.
  const auto doubts = [&](const wire::ProbeRequest& request) {
    std::string said;
    const auto pushes = watch(request);
    probes_->doubt(wire::to_text(request), [&said](const std::string& why) { said += why; });
    (void)ask(request);
    bool end = false;
    loop_.post([&] { end = true; });
    run_until([&] { return end; });
    probes_->unwatch(wire::to_text(request));
    return said;
  };
  EXPECT_EQ(doubts(hash),
            "keyspace notifications are off (notify-keyspace-events is ''): a change is seen only when it is looked at. Set it to "
            "\"Kgh$x\" in redis.conf, or run CONFIG SET notify-keyspace-events 'Kgh$x'");
  redis("CONFIG SET notify-keyspace-events Kh");
  EXPECT_EQ(doubts(hash), "");
  EXPECT_EQ(doubts(key).rfind("keyspace notifications are not all on (notify-keyspace-events is 'hK'): ", 0), 0U);
  redis("CONFIG SET notify-keyspace-events KA");
  EXPECT_EQ(doubts(key), "");
  EXPECT_EQ(doubts(wire::RedisProbe{.url = url(), .stream = "s"}), "");
  redis("CONFIG SET notify-keyspace-events \"\"");
  EXPECT_EQ(doubts(wire::RedisProbe{.url = url(), .key = "k"}), "") << "nobody counts on them";
  stop("redis");
  EXPECT_EQ(doubts(hash), "") << "the looks say that it is gone";
}

TEST_F(RedisSourceTest, AChangeIsPushedWithinMilliseconds) {
  redis("CONFIG SET notify-keyspace-events Kgh$x");
  const auto pushes = watch(wire::RedisProbe{.url = url(), .hash = "job", .notify = true});
  ASSERT_TRUE(run_until([&] { return *pushes == 1; }));
  io::RawPeer writer(port_);
  std::vector<double> ms;
  for (int i = 0; i < 1000; ++i) {
    const int before = *pushes;
    const auto started = std::chrono::steady_clock::now();
    ASSERT_TRUE(writer.send(fmt::format("HSET job n {}\r\n", i)));
    ASSERT_TRUE(spin_until([&] { return *pushes > before; }));
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count());
    writer.read_until("\r\n");
  }
  std::printf("Redis HSET until pushed: %s\n", figures(ms).c_str());
  EXPECT_EQ(ms.size(), 1000U);
}

}  // namespace
}  // namespace tamarack::probe
