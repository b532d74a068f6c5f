// Against a real PostgreSQL 15.
#include <unistd.h>

#include "probe/postgres_session.h"
#include "tests/probe/probe_world.h"

namespace tamarack::probe {
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin";

class PostgresSourceTest : public ProbeWorld {
 protected:
  void SetUp() override {
    ASSERT_TRUE(io::exists(std::string(programs) + "/postgres")) << "PostgreSQL 15 is not here: scripts/setup.sh installs it";
    port_ = free_port();
    run_command({"chmod", "755", folder_});
    run_command({"install", "-d", "-m", "777", folder_ + "/pg"});
    const std::string made = as_postgres({std::string(programs) + "/initdb", "-D", folder_ + "/pg/data", "-A", "trust", "-U", "postgres",
                                          "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"});
    ASSERT_TRUE(io::exists(folder_ + "/pg/data/PG_VERSION")) << made;
    start_postgres();
  }
  // The server refuses to run as root.
  static std::vector<std::string> with_user(std::vector<std::string> argv) {
    if (geteuid() != 0) return argv;
    std::vector<std::string> all{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"};
    all.insert(all.end(), argv.begin(), argv.end());
    return all;
  }
  std::string as_postgres(const std::vector<std::string>& argv) { return run_command(with_user(argv)); }
  void start_postgres() {
    start("postgres",
          with_user({std::string(programs) + "/postgres", "-D", folder_ + "/pg/data", "-p", std::to_string(port_), "-h", "127.0.0.1", "-k",
                     folder_ + "/pg", "-c", "fsync=off", "-c", "shared_buffers=4MB"}),
          port_);
    // The port answers a moment before the database does.
    EXPECT_EQ(ask_until(probe("select 1 as up"), R"({"up":1})"), R"({"up":1})");
  }
  std::string url(const std::string& who = "postgres") const { return fmt::format("postgres://{}@127.0.0.1:{}/postgres", who, port_); }
  wire::ProbeRequest probe(const std::string& query, const std::string& channel = "") const {
    return wire::PostgresProbe{.url = url(), .query = query, .channel = channel};
  }
  void psql(const std::string& sql) { run_command({"psql", "-q", url(), "-c", sql}); }
  int port_ = 0;
};

TEST_F(PostgresSourceTest, TheFirstRowByColumn) {
  EXPECT_EQ(ask(probe("select 1 as a, 2.5::numeric as b, 'x' as c, true as d, null as e, '{\"k\":[1]}'::jsonb as f, 'NaN'::float8 as g;")),
            R"({"a":1,"b":2.5E0,"c":"x","d":true,"e":null,"f":{"k":[1]},"g":"NaN"})");
  EXPECT_EQ(ask(probe("with recursive r(n) as (select 5 union all select n + 1 from r) select n from r")), R"({"n":5})")
      << "and no other row is sent";
  EXPECT_EQ(ask(probe("select 1 where false")), "not there");
  EXPECT_EQ(ask(probe("select repeat('x', 3000000) as long")).rfind("(cut) ", 0), 0U);
  EXPECT_EQ(
      ask(wire::PostgresProbe{.url = fmt::format("host=127.0.0.1 port={} user=postgres dbname=postgres", port_), .query = "values (1)"}),
      R"({"column1":1})");
}

TEST_F(PostgresSourceTest, WrongSqlSaysWhatIsWrongAndNothingIsWritten) {
  EXPECT_EQ(ask(probe("select nosuch")), R"(no answer: SQL error 42703: column "nosuch" does not exist)");
  EXPECT_EQ(ask(probe("selec 1")), R"(no answer: SQL error 42601: syntax error at or near "selec")");
  psql("create table t (n int)");
  EXPECT_EQ(ask(probe("select 1; drop table t")), "no answer: SQL error 42601: cannot insert multiple commands into a prepared statement");
  EXPECT_EQ(ask(probe("with gone as (delete from t returning n) select * from gone")).rfind("no answer: SQL error ", 0), 0U);
  psql("create function f() returns int language sql as 'insert into t values (1) returning n'");
  EXPECT_EQ(ask(probe("select f()")), "no answer: SQL error 25006: cannot execute INSERT in a read-only transaction");
  EXPECT_EQ(ask(probe("select count(*) as n from t")), R"({"n":0})");
}

TEST_F(PostgresSourceTest, ASlowQueryIsEndedByTheServer) {
  make_probes(Millis{1'000});
  EXPECT_EQ(ask(probe("select pg_sleep(100)")), "no answer: SQL error 57014: canceling statement due to statement timeout");
  EXPECT_EQ(ask(probe("select 1 as a")), R"({"a":1})");
}

TEST_F(PostgresSourceTest, WhoIsNotLetInIsToldWithoutThePassword) {
  psql("create role app login password 'hunter2'");
  ASSERT_TRUE(
      io::write_file(folder_ + "/pg/data/pg_hba.conf", "host all app 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"));
  run_command({"chmod", "644", folder_ + "/pg/data/pg_hba.conf"});
  psql("select pg_reload_conf()");
  EXPECT_EQ(ask_until(wire::PostgresProbe{.url = url("app:hunter2"), .query = "select 1 as a"}, R"({"a":1})"), R"({"a":1})");
  const auto refused = ask(wire::PostgresProbe{.url = url("app:hunter99"), .query = "select 1 as a"});
  EXPECT_NE(refused.find("password authentication failed"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("hunter99"), std::string::npos) << refused;
  EXPECT_EQ(ask(wire::PostgresProbe{.url = "nonsense password=hunter3 x=1", .query = "select 1"}),
            "no answer: libpq cannot use this address; see the guide for its forms");
}

TEST_F(PostgresSourceTest, NotifyPushesAlsoAfterTheServerWasKilled) {
  const auto done = watch(probe("select 1", "Done"));
  const auto other = watch(probe("select 2", "other"));
  const auto also = watch(probe("select 3", "other"));
  EXPECT_TRUE(run_until([&] { return *done >= 1 && *other >= 1 && *also >= 1; })) << "armed";
  psql("notify \"Done\"");
  EXPECT_TRUE(run_until([&] { return *done == 2; }));
  const int before = *other;
  stop("postgres");
  EXPECT_EQ(ask(probe("select 1 as a")).rfind("no answer: ", 0), 0U);
  (void)io::remove_tree(folder_ + "/pg/data/postmaster.pid").has_value();
  start_postgres();
  EXPECT_TRUE(run_until([&] { return *done > 2 && *other > before; })) << "armed anew";
  const int armed = *done;
  psql("notify \"Done\"");
  EXPECT_TRUE(run_until([&] { return *done > armed; }));
  probes_->unwatch(wire::to_text(probe("select 1", "Done")));
  const int left = *done;
  const int again = *also;
  psql("notify \"Done\"; notify other");
  EXPECT_TRUE(run_until([&] { return *also > again; }));
  EXPECT_EQ(*done, left);
}

TEST_F(PostgresSourceTest, WhoSpeaksAnotherLanguageIsNoPostgres) {
  const auto garbage = peer("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto answer =
      ask(wire::PostgresProbe{.url = fmt::format("postgres://u@127.0.0.1:{}/d?sslmode=disable", garbage->port()), .query = "select 1"});
  EXPECT_EQ(answer.rfind("no answer: ", 0), 0U) << answer;
  const auto refused = ask(wire::PostgresProbe{.url = "postgres://u:hush@127.0.0.1:1/d", .query = "select 1"});
  EXPECT_NE(refused.find("Connection refused"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("hush"), std::string::npos) << refused;
}

TEST_F(PostgresSourceTest, ANotificationIsPushedWithinMilliseconds) {
  const auto pushes = watch(probe("select 1", "done"));
  ASSERT_TRUE(run_until([&] { return *pushes == 1; }));
  SideThread::Post post(loop_);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto writer = PostgresSession::open(url(), post, deadline);
  ASSERT_TRUE(writer) << writer.error().message;
  std::vector<double> ms;
  for (int i = 0; i < 500; ++i) {
    const int before = *pushes;
    const auto started = std::chrono::steady_clock::now();
    ASSERT_TRUE((*writer)->notify("done", deadline));
    ASSERT_TRUE(spin_until([&] { return *pushes > before; }));
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count());
  }
  std::printf("Postgres NOTIFY (with its own round trip) until pushed: %s\n", figures(ms).c_str());
}

}  // namespace
}  // namespace tamarack::probe
