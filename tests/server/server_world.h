// A server on a real socket over a real database in a folder of its own, with runs in it, and a client that asks. Used by the tests beside
// it.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "artifact/blobs/disk_blobs.h"
#include "coordinator/authenticate.h"
#include "coordinator/projection.h"
#include "coordinator/routes.h"
#include "coordinator/server.h"
#include "io/http_client.h"
#include "run/run.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/server/scripted_prober.h"

namespace tamarack::coordinator {

class ServerWorld {
 public:
  // `patience`: of its connections to the database.
  explicit ServerWorld(std::string folder, Millis patience = store::busy_patience) : folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    for (auto* store : {&data_, &reports_, &journal_, &access_, &flow_})
      *store = std::move(*store::open_sqlite_store(folder_ + "/tamarack.db", patience));
    blobs_ = std::move(*artifact::open_disk_blobs(folder_ + "/blobs"));
  }
  ~ServerWorld() {
    server_.reset();
    loop_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Runs r-1 of 'shop' (passed), r-2 of 'other' (somebody works on it) and r-3 of 'shop' (its process died).
  void add_runs() {
    add_run("r-1", "shop");
    finish("r-1");
    add_run("r-2", "other");
    add_run("r-3", "shop");
  }
  void start(bool open = false, RunHostSettings host = {}, RateRule rate = {}) {
    ServerSettings settings{.open = open,
                            .report_template = R"(<script type="application/json" id="tamarack-report"></script>)",
                            .dashboard = "<title>dashboard</title>",
                            .assets = {{"/assets/dashboard.js", "text/javascript", "1"}},
                            .version = "1.2.3",
                            .signing_key = std::string(64, 'k'),
                            .rate = rate,
                            .failed_rate = {.per_second = 1, .burst = 1000},
                            .run_at_work = [this](store::Store&) { return domain::RunId{is_at_work_ ? "r-2" : ""}; },
                            .token_check = Millis{20},
                            .poll = Millis{5},
                            .host = std::move(host),
                            .jobs_folder = folder_ + "/job-logs"};
    if (adjust) adjust(settings);
    auto listening =
        Server::listen(*loop_, clock_, {*data_, *reports_, *journal_, access_->access(), *blobs_, flow_->flow(), access_->hooks(), prober_},
                       std::move(settings), [this](const Error& error) { problems_.push_back(error.message); });
    server_ = std::move(*listening);
  }
  // The server ends as after kill -9, and another one begins.
  void restart(bool open = false, RunHostSettings host = {}) {
    server_.reset();
    start(open, std::move(host));
  }

  static domain::Plan plan_of(std::size_t tests) {
    domain::Plan plan{.framework = "pytest", .workers = 1};
    for (std::size_t i = 0; i < tests; ++i) {
      plan.tests.push_back({.identity = {"a.py", {fmt::format("works {}", i)}, ""}});
      plan.tests[i].id = make_test_id(plan.tests[i].identity);
      plan.units.push_back({.index = domain::UnitIndex{i}, .title = "a.py", .spec = "a.py", .tests = {domain::TestIndex{i}}});
    }
    return plan;
  }

  // Two tests with a wait of this wish between them.
  static domain::Plan plan_with_wait(const std::string& wish) {
    domain::Plan plan = plan_of(2);
    domain::Flow flow{.name = "analysis", .rule = "analysis"};
    flow.phases = {{.name = "prepare", .tests = {domain::TestIndex{0U}}},
                   {.name = "backend", .needs = {0}, .wish = wish},
                   {.name = "validate", .needs = {1}, .tests = {domain::TestIndex{1U}}}};
    plan.flows = {flow};
    return plan;
  }

  // A run of one test by somebody beside the server.
  void add_run(const std::string& id, const std::string& project) {
    rows_[id] = {.run = domain::RunId{id}, .project = project, .branch = "main"};
    const domain::WorkerId worker{"local/1"};
    feed(id, run::Planned{domain::RunId{id}, plan_of(1), {}, {}});
    feed(id, run::WorkerAppeared{worker, domain::AgentId{"local"}});
    feed(id, run::WorkerBecameReady{worker, Millis{0}});
  }
  void finish(const std::string& id) {
    const domain::WorkerId worker{"local/1"};
    feed(id, run::TestEnded{worker, domain::Term{1U}, {.test = domain::TestIndex{0U}, .status = domain::TestStatus::passed}});
    feed(id, run::InvocationEnded{worker, domain::Term{1U}, false, {}, {}});
    if (id == "r-2") is_at_work_ = false;
  }

  // What its test left behind, before it ended.
  void keep(const std::string& id, const domain::Attachment& attachment) {
    feed(id, run::ArtifactArrived{
                 .worker = domain::WorkerId{"local/1"}, .term = domain::Term{1U}, .test = domain::TestIndex{0U}, .attachment = attachment});
  }

  std::string token(const std::string& project, domain::Role role) {
    const auto issued = issue_token(access_->access(), {.project = project, .role = role, .created = clock_.now()});
    return issued ? issued->text : std::string{};
  }

  struct Question {
    std::string method = "GET";
    std::string path;
    std::string token = {};
    io::Fields fields = {};
    std::string body = {};
  };
  // Status 0: no answer within 20 s.
  io::ClientAnswer ask(Question question) {
    if (!question.token.empty()) question.fields.emplace_back("Authorization", "Bearer " + question.token);
    io::ClientAnswer answer;
    const io::Timer watchdog = loop_->after(Millis{20'000}, [this] { loop_->stop(); });
    io::http_call(
        *loop_,
        {.method = question.method, .url = url() + question.path, .fields = std::move(question.fields), .body = std::move(question.body)},
        [&](Result<io::ClientAnswer> got) {
          if (got) answer = std::move(*got);
          loop_->stop();
        });
    loop_->run();
    return answer;
  }
  io::ClientAnswer get(const std::string& path, const std::string& token = {}, io::Fields fields = {}) {
    return ask({.path = path, .token = token, .fields = std::move(fields)});
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", server_->port()); }

  std::function<void(ServerSettings&)> adjust;  // what the next server is to have of its own

  const std::string& folder() const { return folder_; }
  io::Loop& loop() { return *loop_; }
  const Clock& clock() const { return clock_; }
  store::Store& data() { return *data_; }
  artifact::BlobStore& blobs() { return *blobs_; }
  store::AccessStore& access() { return access_->access(); }
  ScriptedProber& prober() { return prober_; }
  // Turns the loop until it holds, or for 20 s.
  void wait_until(const std::function<bool()>& holds) {
    for (int turns = 0; turns < 4000 && !holds(); ++turns) {
      const io::Timer timer = loop().after(Millis{5}, [this] { loop().stop(); });
      loop().run();
    }
    EXPECT_TRUE(holds());
  }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void feed(const std::string& id, const run::Event& event) {
    run::Step step = run::step(std::move(runs_[id]), event, clock_.now());
    runs_[id] = std::move(step.run);
    (void)journal_->commit(project(rows_[id], runs_[id], step.entries)).has_value();
  }

  std::string folder_;
  std::unique_ptr<store::Store> data_;
  std::unique_ptr<store::Store> reports_;
  std::unique_ptr<store::Store> journal_;
  std::unique_ptr<store::Store> access_;
  std::unique_ptr<store::Store> flow_;
  std::unique_ptr<artifact::BlobStore> blobs_;
  io::SystemClock clock_;
  std::unique_ptr<io::Loop> loop_ = std::make_unique<io::Loop>();
  ScriptedProber prober_{*loop_};
  std::map<std::string, run::Run> runs_;
  std::map<std::string, store::RunRow> rows_;
  std::vector<std::string> problems_;
  std::atomic<bool> is_at_work_ = true;  // somebody, on r-2
  std::unique_ptr<Server> server_;
};

}  // namespace tamarack::coordinator
