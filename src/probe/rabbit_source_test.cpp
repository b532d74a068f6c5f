// Against a real RabbitMQ, which takes a few seconds to start: one broker for all that is looked at here.
#include "probe/rabbit_source.h"

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <cstring>

#include "io/process_tree.h"
#include "io/shim.h"
#include "tests/probe/probe_world.h"

namespace tamarack::probe {
namespace {

constexpr const char* program = "/usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8/sbin/rabbitmq-server";

class RabbitSourceTest : public ProbeWorld {
 protected:
  void SetUp() override {
    ASSERT_TRUE(io::exists(program)) << "RabbitMQ 3.10 is not here: scripts/setup.sh installs it";
    port_ = free_port();
    epmd_ = free_port();
    distribution_ = free_port();
    ASSERT_TRUE(io::make_directories(folder_ + "/home"));
    ASSERT_TRUE(io::write_file(folder_ + "/plugins", "[]."));
    ASSERT_TRUE(io::write_file(folder_ + "/rabbitmq.conf",
                               "loopback_users = none\nvm_memory_high_watermark.absolute = 512MB\ndisk_free_limit.absolute = 50MB\n"));
    start_broker();
  }
  void start_broker() {
    const std::map<std::string, std::string> env = {{"HOME", folder_ + "/home"},
                                                    {"RABBITMQ_NODENAME", fmt::format("t{}@localhost", port_)},
                                                    {"RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"},
                                                    {"RABBITMQ_NODE_PORT", std::to_string(port_)},
                                                    {"RABBITMQ_DIST_PORT", std::to_string(distribution_)},
                                                    {"ERL_EPMD_PORT", std::to_string(epmd_)},
                                                    {"ERL_EPMD_ADDRESS", "127.0.0.1"},
                                                    {"RABBITMQ_MNESIA_BASE", folder_ + "/mnesia"},
                                                    {"RABBITMQ_LOG_BASE", folder_},
                                                    {"RABBITMQ_LOGS", "-"},
                                                    {"RABBITMQ_PID_FILE", folder_ + "/pid"},
                                                    {"RABBITMQ_ENABLED_PLUGINS_FILE", folder_ + "/plugins"},
                                                    {"RABBITMQ_CONFIG_FILE", folder_ + "/rabbitmq"},
                                                    {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"}};
    said_.clear();
    start("rabbitmq", {program}, port_, env);
    ASSERT_TRUE(run_until([&] { return said_.find("Server startup complete") != std::string::npos; }, Millis{60'000})) << said_;
  }
  std::string url(const std::string& who = "") const { return fmt::format("amqp://{}127.0.0.1:{}", who, port_); }

  int port_ = 0;
  int epmd_ = 0;
  int distribution_ = 0;
};

// A plain client of the test.
class Client {
 public:
  explicit Client(int port) : connection_(amqp_new_connection()) {
    EXPECT_EQ(amqp_socket_open(amqp_tcp_socket_new(connection_), "127.0.0.1", port), AMQP_STATUS_OK);
    const auto reply = amqp_login(connection_, "/", 0, AMQP_DEFAULT_FRAME_SIZE, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
    EXPECT_EQ(reply.reply_type, AMQP_RESPONSE_NORMAL);
    amqp_channel_open(connection_, 1);
    settle();
  }
  ~Client() {
    amqp_connection_close(connection_, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void exchange(const char* name, const char* kind) {
    amqp_exchange_declare(connection_, 1, amqp_cstring_bytes(name), amqp_cstring_bytes(kind), 0, 0, 0, 0, amqp_empty_table);
    settle();
  }
  void queue(const char* name) {
    amqp_queue_declare(connection_, 1, amqp_cstring_bytes(name), 0, 0, 0, 0, amqp_empty_table);
    settle();
  }
  void send(const char* exchange, const char* key, const std::string& body) {
    amqp_table_entry_t header{};
    header.key = amqp_cstring_bytes("try");
    header.value.kind = AMQP_FIELD_KIND_I32;
    header.value.value.i32 = 2;
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_HEADERS_FLAG;
    properties.headers.num_entries = 1;
    properties.headers.entries = &header;
    amqp_bytes_t bytes{};
    bytes.len = body.size();
    bytes.bytes = const_cast<char*>(body.data());
    EXPECT_EQ(amqp_basic_publish(connection_, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 0, 0, &properties, bytes), 0);
  }

 private:
  void settle() { EXPECT_EQ(amqp_get_rpc_reply(connection_).reply_type, AMQP_RESPONSE_NORMAL); }
  amqp_connection_state_t connection_;
};

TEST_F(RabbitSourceTest, QueuesAreReadAndExchangesAreHeard) {
  // ---- a queue
  const wire::ProbeRequest queue = wire::RabbitProbe{.url = url(), .queue = "results"};
  EXPECT_EQ(ask(queue), "not there") << "there is no such queue";
  auto client = std::make_unique<Client>(port_);
  client->queue("results");
  EXPECT_EQ(ask(queue), "not there") << "it is empty";
  client->send("", "results", R"({"status":"DONE"})");
  const std::string first = R"({"routing_key":"results","headers":{"try":2},"body":{"status":"DONE"}})";
  EXPECT_EQ(ask_until(queue, first), first);
  EXPECT_EQ(ask(queue), first) << "it was given back";
  client->queue("long");
  client->send("", "long", std::string(2'000'000, 'x'));
  std::string huge = ask(wire::RabbitProbe{.url = url(), .queue = "long"});
  for (int i = 0; i < 100 && huge == "not there"; ++i) huge = ask(wire::RabbitProbe{.url = url(), .queue = "long"});
  EXPECT_EQ(huge.rfind("(cut) ", 0), 0U) << huge;

  // ---- an exchange
  const wire::ProbeRequest jobs = wire::RabbitProbe{.url = url(), .exchange = "jobs", .routing_key = "job.7.*"};
  EXPECT_EQ(ask(jobs), "not there") << "there is no such exchange";
  const auto pushes = watch(jobs);
  client->exchange("jobs", "topic");
  EXPECT_TRUE(run_until([&] { return *pushes == 1; })) << "armed once it is there";
  EXPECT_EQ(ask(jobs), "not there");
  client->send("jobs", "job.8.done", "no");
  client->send("jobs", "job.7.started", "one");
  client->send("jobs", "job.7.done", "two");
  EXPECT_TRUE(run_until([&] { return *pushes > 1; }));
  const std::string two = R"({"routing_key":"job.7.done","headers":{"try":2},"body":"two"})";
  EXPECT_EQ(ask_until(jobs, two), two);
  const auto all = watch(wire::RabbitProbe{.url = url(), .exchange = "jobs"});
  EXPECT_TRUE(run_until([&] { return *all == 1; }));
  client->send("jobs", "any.thing", "three");
  EXPECT_TRUE(run_until([&] { return *all == 2; })) << "without a key: everything";

  // ---- the broker is killed and comes back
  client.reset();
  stop("rabbitmq");
  EXPECT_TRUE(run_until([&] { return ask(queue).rfind("no answer: ", 0) == 0; }));
  start_broker();
  client = std::make_unique<Client>(port_);
  client->exchange("jobs", "topic");
  const int before = *pushes;
  EXPECT_TRUE(run_until([&] { return *pushes > before; }, Millis{30'000})) << "armed anew";
  const int armed = *pushes;
  client->send("jobs", "job.7.done", "again");
  EXPECT_TRUE(run_until([&] { return *pushes > armed; }));
  const std::string again = R"({"routing_key":"job.7.done","headers":{"try":2},"body":"again"})";
  EXPECT_EQ(ask_until(jobs, again), again);

  // ---- how soon
  std::vector<double> ms;
  for (int i = 0; i < 300; ++i) {
    const int count = *pushes;
    const auto started = std::chrono::steady_clock::now();
    client->send("jobs", "job.7.done", "x");
    ASSERT_TRUE(spin_until([&] { return *pushes > count; }));
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count());
  }
  std::printf("RabbitMQ publish until pushed: %s\n", figures(ms).c_str());

  // ---- who is not let in
  const auto refused = ask(wire::RabbitProbe{.url = url("guest:hunter2@"), .queue = "results"});
  EXPECT_NE(refused.find("ACCESS_REFUSED"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("hunter2"), std::string::npos);
}

TEST_F(ProbeWorld, WhoSpeaksAnotherLanguageIsNoBroker) {
  const auto garbage = peer("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto answer = ask(wire::RabbitProbe{.url = fmt::format("amqp://u:hush@127.0.0.1:{}", garbage->port()), .queue = "q"});
  EXPECT_EQ(answer.rfind("no answer: ", 0), 0U) << answer;
  EXPECT_EQ(ask(wire::RabbitProbe{.url = "amqp://127.0.0.1:1", .exchange = "e"}),
            "no answer: cannot connect to 127.0.0.1 port 1: Connection refused");
}

}  // namespace
}  // namespace tamarack::probe

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "__shim") == 0) return tamarack::io::shim_main(argc, argv);
  tamarack::io::become_subreaper();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
