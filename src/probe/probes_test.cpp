#include "probe/probes.h"

#include <condition_variable>
#include <cstring>
#include <mutex>

#include "io/names.h"
#include "io/process_tree.h"
#include "io/shim.h"
#include "probe/secrets.h"
#include "tests/probe/probe_world.h"

namespace tamarack::probe {
namespace {

using ProbesTest = ProbeWorld;

TEST_F(ProbesTest, ATextThatCannotBeUnderstoodIsAnAnswerThatSaysSo) {
  EXPECT_EQ(ask_text("what?").rfind("no answer: not a probe: ", 0), 0U);
  probes_->watch("what?", [] { ADD_FAILURE(); });
  probes_->unwatch("what?");
}

TEST_F(ProbesTest, APeerThatNeverAnswersHoldsUpNobodyElse) {
  make_probes(Millis{600});
  const auto silent = peer("");
  const std::string address = "127.0.0.1:" + std::to_string(silent->port());
  const std::vector<wire::ProbeRequest> slow = {
      wire::HttpProbe{.url = "http://" + address},
      wire::HttpProbe{.url = "https://" + address},  // the latter in its handshake
      wire::RedisProbe{.url = "redis://" + address, .key = "k"},
      wire::PostgresProbe{.url = "postgres://u@" + address + "/d?sslmode=disable", .query = "select 1"},
      wire::RabbitProbe{.url = "amqp://" + address, .queue = "q"},
      wire::CommandProbe{.run = "exec sleep 100"}};
  int slow_answers = 0;
  const auto started = std::chrono::steady_clock::now();
  for (const auto& request : slow)
    probes_->ask(wire::to_text(request), [&](const flow::Answer& answer) {
      EXPECT_EQ(text_of(answer).rfind("no answer: ", 0), 0U) << text_of(answer);
      ++slow_answers;
    });
  EXPECT_EQ(ask(wire::TcpProbe{.address = address}), "");
  EXPECT_EQ(ask(wire::FileProbe{.path = folder_ + "/none"}), "not there");
  EXPECT_EQ(slow_answers, 0) << "the quick ones came first";
  EXPECT_TRUE(run_until([&] { return slow_answers == 6; }, Millis{5'000}));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(2'000));
}

// The name server is silent for one name, and is still asked for it when all has ended.
TEST_F(ProbesTest, ASlowNameServerHoldsUpNothingButItsOwnName) {
  struct Silent {
    std::mutex mutex;
    std::condition_variable told;
    bool open = false;
  };
  const auto silent = std::make_shared<Silent>();
  io::use_lookup(loop_, [silent](const std::string& host, const std::string& port) -> Result<std::vector<io::Address>> {
    std::unique_lock lock(silent->mutex);
    if (host == "slow.example") silent->told.wait(lock, [&] { return silent->open; });
    return std::vector<io::Address>{{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))}};
  });
  make_probes(Millis{600});
  const auto backend = peer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  const std::string port = std::to_string(backend->port());
  int slow_answers = 0;
  for (const wire::ProbeRequest& request : std::vector<wire::ProbeRequest>{
           wire::HttpProbe{.url = "http://slow.example:" + port}, wire::TcpProbe{.address = "slow.example:" + port},
           wire::RedisProbe{.url = "redis://slow.example:" + port, .key = "k"}})
    probes_->ask(wire::to_text(request), [&](const flow::Answer& answer) {
      EXPECT_EQ(text_of(answer).rfind("HTTP", 0), std::string::npos) << text_of(answer);
      ++slow_answers;
    });
  EXPECT_EQ(ask(wire::HttpProbe{.url = "http://quick.example:" + port}), "200 hi");
  EXPECT_EQ(ask(wire::TcpProbe{.address = "other.example:" + port}), "");
  EXPECT_EQ(slow_answers, 0) << "the quick ones came first";
  EXPECT_TRUE(run_until([&] { return slow_answers == 3; }, Millis{5'000})) << "each look has its own end";
  const std::scoped_lock lock(silent->mutex);
  silent->open = true;
  silent->told.notify_all();
}

TEST_F(ProbesTest, NothingComesAfterItsEnd) {
  const auto silent = peer("");
  const std::string address = "127.0.0.1:" + std::to_string(silent->port());
  int calls = 0;
  for (const wire::ProbeRequest& request : std::vector<wire::ProbeRequest>{
           wire::HttpProbe{.url = "http://" + address, .events = "http://" + address + "/e"},
           wire::RedisProbe{.url = "redis://" + address, .key = "k", .notify = true},
           wire::RedisProbe{.url = "redis://" + address, .stream = "s"},
           wire::PostgresProbe{.url = "postgres://u@" + address + "/d?sslmode=disable", .query = "select 1", .channel = "c"},
           wire::RabbitProbe{.url = "amqp://" + address, .queue = "q"}, wire::RabbitProbe{.url = "amqp://" + address, .exchange = "e"},
           wire::FileProbe{.path = folder_ + "/f"}, wire::TcpProbe{.address = address},
           wire::LogProbe{.path = folder_ + "/l", .pattern = "x"}, wire::CommandProbe{.run = "sleep 100"}}) {
    probes_->watch(wire::to_text(request), [&] { ++calls; });
    probes_->ask(wire::to_text(request), [&](const flow::Answer&) { ++calls; });
  }
  bool end = false;
  loop_.post([&] { end = true; });
  run_until([&] { return end; });
  const auto before = calls;
  const auto started = std::chrono::steady_clock::now();
  probes_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(1'500));
  ASSERT_TRUE(io::append_file(folder_ + "/f", "x"));
  pause(Millis{100});
  EXPECT_EQ(calls, before);
}

TEST_F(ProbesTest, ASecondWatchReplacesTheFirst) {
  const wire::ProbeRequest request = wire::FileProbe{.path = folder_ + "/f"};
  const auto first = watch(request);
  const auto second = watch(request);
  EXPECT_TRUE(run_until([&] { return *second == 1; }));
  EXPECT_EQ(*first, 0);
  ASSERT_TRUE(io::append_file(folder_ + "/f", "x"));
  EXPECT_TRUE(run_until([&] { return *second > 1; }));
  EXPECT_EQ(*first, 0);
  probes_->unwatch(wire::to_text(request));
  probes_->unwatch(wire::to_text(request));
}

TEST_F(ProbesTest, SendTellsWhetherItWasDone) {
  std::string said;
  const auto send = [&](const wire::ProbeRequest& request) {
    said = "?";
    probes_->send(wire::to_text(request), [&](const Result<>& done) { said = done ? "done" : done.error().message; });
    run_until([&] { return said != "?"; });
    return said;
  };
  EXPECT_EQ(send(wire::CommandProbe{.run = "true"}), "done");
  EXPECT_EQ(send(wire::CommandProbe{.run = "echo no >&2; exit 3"}), "the command ended with code 3: no");
  const auto refusing = peer("HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nbusy");
  EXPECT_EQ(send(wire::HttpProbe{.method = "DELETE", .url = fmt::format("http://127.0.0.1:{}/", refusing->port())}), "answered 409: busy");
  const auto gone = peer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(send(wire::HttpProbe{.method = "DELETE", .url = fmt::format("http://127.0.0.1:{}/", gone->port())}), "done");
}

TEST(Secrets, AreHiddenInWhateverIsTold) {
  const auto hidden = [](const wire::ProbeRequest& request, const std::string& text) { return without_secrets_of(request, text); };
  EXPECT_EQ(hidden(wire::RedisProbe{.url = "redis://u:p%40ss@h"}, "AUTH p@ss or p%40ss failed"), "AUTH *** or *** failed");
  EXPECT_EQ(hidden(wire::PostgresProbe{.url = "host=h password='a b' user=u"}, "near 'a b' and a b"), "near *** and ***");
  EXPECT_EQ(hidden(wire::PostgresProbe{.url = "postgres://h/d?password=x%21y"}, "x!y x%21y"), "*** ***");
  EXPECT_EQ(hidden(wire::RabbitProbe{.url = "amqp://u:secret@h"}, "user u with secret"), "user u with ***");
  EXPECT_EQ(hidden(wire::HttpProbe{.url = "http://h/?api_key=abc", .headers = {{"Authorization", "Bearer tok"}}}, "abc tok Bearer tok"),
            "*** *** ***");
  EXPECT_EQ(hidden(wire::CommandProbe{.run = "x", .env = {{"DB_PASSWORD", "pw"}, {"A", "b"}}}, "pw b"), "*** b");
}

}  // namespace
}  // namespace tamarack::probe

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "__shim") == 0) return tamarack::io::shim_main(argc, argv);
  tamarack::io::become_subreaper();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
