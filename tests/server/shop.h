// A server with one project, 'shop', and what its runner asks of it. Used by the tests beside it.
#pragma once

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "tests/server/paper_agent.h"

namespace tamarack::coordinator {

class ShopTest : public testing::Test {
 protected:
  void open_shop(std::function<void(ServerSettings&)> adjust = nullptr) {
    world_.adjust = std::move(adjust);
    world_.start(false, {.heartbeat = Millis{200}});
    runner_ = world_.token("shop", domain::Role::runner);
  }
  io::ClientAnswer post(const std::string& path, const std::string& body, const io::Fields& fields = {}) {
    return world_.ask({.method = "POST", .path = path, .token = runner_, .fields = fields, .body = body});
  }
  io::ClientAnswer get(const std::string& path) { return world_.get(path, runner_); }
  io::ClientAnswer put_blob(const std::string& sha256, const std::string& bytes) {
    return world_.ask({.method = "PUT", .path = "/api/v1/projects/shop/blobs/" + sha256, .token = runner_, .fields = {}, .body = bytes});
  }
  std::string metric(const std::string& name) {
    const std::string text = world_.get("/metrics", world_.token("*", domain::Role::viewer)).body;
    const std::size_t at = text.find("\ntamarack_" + name + " ");
    if (at == std::string::npos) return "none";
    const std::size_t from = at + name.size() + 11;
    return text.substr(from, text.find('\n', from) - from);
  }
  // Every run has a workspace of its own, of one manifest without files.
  wire::RunRequest request(const std::string& run, const std::string& identity = {}) {
    EXPECT_EQ(put_blob(sha256_hex("manifest of " + run), "manifest of " + run).status, 201);
    return {.run_id = domain::RunId{run},
            .project = "shop",
            .identity = identity,
            .branch = "main",
            .commit = "c1",
            .command = "tamarack run",
            .plan = ServerWorld::plan_of(3),
            .workspace = sha256_hex("manifest of " + run),
            .config = "tamarack.toml"};
  }
  wire::RunStarted start(const wire::RunRequest& wanted, int expected = 201) {
    const auto answer = post("/api/v1/runs", encode(wanted));
    EXPECT_EQ(answer.status, expected) << answer.body;
    const auto started = wire::decode<wire::RunStarted>(answer.body);
    return started ? *started : wire::RunStarted{};
  }
  // An agent comes and does what there is to do, until the run is closed.
  void finish(const wire::RunRequest& wanted, const std::string& failing = {}) {
    PaperAgent agent(world_, runner_, failing);
    EXPECT_EQ(agent.poll().run, wanted.run_id);
    agent.work(wanted.run_id, wanted.plan);
    EXPECT_TRUE(agent.went_home());
    EXPECT_TRUE(says(get("/api/v1/runs/" + wanted.run_id.value + "/events").body, "event: end"));
  }
  void whole_run(const std::string& run, const std::string& identity = {}, const std::string& failing = {}) {
    const wire::RunRequest wanted = request(run, identity);
    start(wanted);
    finish(wanted, failing);
  }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
  void wait_until(const std::function<bool()>& holds) { world_.wait_until(holds); }

  ServerWorld world_{testing::TempDir() + "/shop-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
  std::string runner_;
};

}  // namespace tamarack::coordinator
