// What GitHub shows of a commit while a flow is parked: the status stays pending for as long as that takes, and the last word comes once,
// at the end. A real server, an agent without tests, a receiver in GitHub's place, and a backend that is scripted.
#include <gtest/gtest.h>

#include <algorithm>

#include "io/http_server.h"
#include "tests/server/paper_agent.h"
#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

constexpr const char* commit = "9d59409acf479dfa0df1aa568182e43e43df8bbe";
constexpr const char* on_http = R"({"timeout_ms":600000,"pace":{"min_ms":250,"max_ms":250},
  "conditions":[{"name":"status","http":{"url":"http://app:8000/jobs/7/status"},"field":"$.status","error_field":"$.error",
                 "map":{"RUNNING":"going_on","COMPLETED":"satisfied","FAILED":"failed"}}]})";

class FlowStatusTest : public ShopTest {
 protected:
  void SetUp() override {
    open_shop();
    github_ = std::move(*io::HttpServer::listen(
        world_.loop(), {}, {.handle = [this](const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
          (request.head.path.find("/statuses/") != std::string::npos ? statuses_ : checks_).push_back(request.body);
          exchange->answer({.status = 201, .fields = {{"Content-Type", "application/json"}}, .body = R"({"id":4711})"});
        }}));
    const std::string text = fmt::format(
        "version = 1\nurl = \"https://tamarack.example.com\"\n[github]\ntoken = {{ env = \"TOKEN\" }}\nreport = [\"status\", \"check\"]\n"
        "api_url = \"http://127.0.0.1:{}\"\n[[github.repository]]\nname = \"acme/shop\"\n",
        github_->port());
    world_.adjust = [text](ServerSettings& settings) {
      settings.notifier = {.file = *config::read_server_file(text, "server.toml").file,
                           .secrets = [](const config::SecretRef&) -> Result<std::string> { return std::string("ghs_1"); },
                           .retries = {.first = Millis{5}, .longest = Millis{20}},
                           .limits = {}};
    };
    world_.restart();
  }
  void TearDown() override { github_.reset(); }

  wire::RunRequest flow_request() {
    wire::RunRequest wanted = request("r-10");
    wanted.commit = commit;
    wanted.plan = ServerWorld::plan_with_wait(on_http);
    return wanted;
  }

  // The backend goes on until it was looked at three times and GitHub has been told something; then it answers `end`.
  void let_backend_end(const std::string& end) {
    if (world_.prober().asked.size() >= 3 && !statuses_.empty() && !checks_.empty()) {
      while_parked_ = statuses_;
      checks_while_parked_ = checks_;
      world_.prober().answer = flow::HttpAnswer{.status = 200, .content_type = "application/json", .body = end};
      return;
    }
    looking_ = world_.loop().after(Millis{5}, [this, end] { let_backend_end(end); });
  }
  void run_to_the_end(const std::string& end) {
    const wire::RunRequest wanted = flow_request();
    start(wanted);
    let_backend_end(end);
    PaperAgent agent(world_, runner_);
    EXPECT_EQ(agent.poll().run, wanted.run_id);
    agent.work(wanted.run_id, wanted.plan);
    EXPECT_TRUE(agent.went_home());
    wait_until([this] { return statuses_.size() > 1 && checks_.size() > 1; });
  }

  std::unique_ptr<io::HttpServer> github_;
  std::vector<std::string> statuses_;
  std::vector<std::string> checks_;
  std::vector<std::string> while_parked_;
  std::vector<std::string> checks_while_parked_;
  io::Timer looking_;
};

TEST_F(FlowStatusTest, StaysPendingWhileAFlowIsParkedAndTurnsGreenAtTheEnd) {
  run_to_the_end(R"({"status":"COMPLETED"})");
  ASSERT_EQ(while_parked_.size(), 1U);
  EXPECT_TRUE(says(while_parked_[0], R"("state":"pending")")) << while_parked_[0];
  EXPECT_TRUE(says(while_parked_[0], R"("target_url":"https://tamarack.example.com/runs/r-10")")) << "a deep link";
  ASSERT_EQ(checks_while_parked_.size(), 1U);
  EXPECT_TRUE(says(checks_while_parked_[0], R"("status":"in_progress")")) << checks_while_parked_[0];
  EXPECT_FALSE(says(checks_while_parked_[0], "conclusion")) << "a conclusion would complete it";
  ASSERT_EQ(statuses_.size(), 2U) << "the last word is said once";
  EXPECT_TRUE(says(statuses_[1], R"("state":"success")") && says(statuses_[1], "the 1 flow passed")) << statuses_[1];
  ASSERT_EQ(checks_.size(), 2U);
  EXPECT_TRUE(says(checks_[1], R"("conclusion":"success")")) << checks_[1];
}

TEST_F(FlowStatusTest, SaysWhatTheWaitEndedWith) {
  run_to_the_end(R"({"status":"FAILED","error":"row 7 is no number"})");
  ASSERT_EQ(while_parked_.size(), 1U);
  EXPECT_TRUE(says(while_parked_[0], R"("state":"pending")")) << while_parked_[0];
  ASSERT_EQ(statuses_.size(), 2U);
  EXPECT_TRUE(says(statuses_[1], R"("state":"failure")")) << statuses_[1];
  EXPECT_TRUE(says(statuses_[1], "1 of 1 flow failed: flow analysis, wait 'backend' failed: ") && says(statuses_[1], "row 7 is no number"))
      << statuses_[1];
  ASSERT_EQ(checks_.size(), 2U);
  EXPECT_TRUE(says(checks_[1], R"("title":"failed: flow analysis")")) << checks_[1];
}

}  // namespace
}  // namespace tamarack::coordinator
