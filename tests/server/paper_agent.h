// An agent without tests to run. Used by the tests beside it.
#pragma once

#include <memory>
#include <string>

#include "io/ws_link.h"
#include "tests/server/server_world.h"
#include "wire/api.h"
#include "wire/delivery.h"

namespace tamarack::coordinator {

// It asks for work, takes the link and passes, or fails, whatever it is leased.
class PaperAgent {
 public:
  PaperAgent(ServerWorld& world, std::string token, std::string failing = {}, std::string session = "s-1")
      : world_(world), token_(std::move(token)), failing_(std::move(failing)), session_(std::move(session)) {}

  wire::AgentOrder poll(std::int64_t wait = 0, const std::string& run = {}) {
    const wire::AgentPoll poll{.agent = domain::AgentId{"paper"}, .session = "s-1", .run = domain::RunId{run}, .wait = wait};
    const auto answer = world_.ask({.method = "POST", .path = "/api/v1/agents/poll", .token = token_, .fields = {}, .body = encode(poll)});
    const auto order = wire::decode<wire::AgentOrder>(answer.body);
    return answer.status == 200 && order ? *order : wire::AgentOrder{};
  }

  // Works until it is sent home.
  void work(const domain::RunId& run, const domain::Plan& plan) {
    plan_ = plan;
    io::WebSocketRequest request{.url = world_.url() + "/api/v1/runs/" + run.value + "/link",
                                 .fields = {{"Authorization", "Bearer " + token_}}};
    io::connect_websocket(world_.loop(), request, [this](Result<std::unique_ptr<io::Link>> link) {
      if (!link) return world_.loop().stop();
      link_ = std::move(*link);
      link_->on_message([this](const std::string& text) { hear(text); });
      link_->send(encode(wire::AgentEnvelope{0, wire::Hello{.agent = domain::AgentId{"paper"}, .session = session_}}));
    });
    const io::Timer watchdog = world_.loop().after(Millis{20'000}, [this] { world_.loop().stop(); });
    world_.loop().run();
  }
  bool went_home() const { return went_home_; }

 private:
  void say(wire::FromAgent message) { link_->send(outbox_.pack(std::move(message))); }
  void hear(const std::string& text) {
    const auto message = wire::decode_to_agent(text);
    if (!message) return;
    if (std::holds_alternative<wire::Welcome>(*message)) say(wire::WorkerUp{domain::WorkerId{"paper/1"}, Millis{0}});
    if (const auto* done = std::get_if<wire::Acknowledged>(&*message)) outbox_.acknowledged(done->seq);
    if (std::holds_alternative<wire::GoHome>(*message)) {
      say(wire::Gone{"sent home"});
      went_home_ = true;
      leaving_ = world_.loop().after(Millis{50}, [this] { world_.loop().stop(); });
    }
    if (const auto* lease = std::get_if<wire::Lease>(&*message)) run_tests(*lease);
  }
  void run_tests(const wire::Lease& lease) {
    bool failed = false;
    for (const schedule::Piece& piece : lease.pieces)
      for (const domain::TestIndex test : piece.tests) {
        const bool fails = plan_.tests.at(test.value).identity.title_path.back() == failing_;
        failed = failed || fails;
        const auto status = fails ? domain::TestStatus::failed : domain::TestStatus::passed;
        say(wire::TestBegan{lease.worker, lease.term, test, 0, {}});
        say(wire::TestEnded{lease.worker, lease.term, {.test = test, .status = status, .last_try = true}});
      }
    say(wire::InvocationEnded{lease.worker, lease.term, false, {.exit_code = failed ? 1 : 0}, {}});
  }

  ServerWorld& world_;
  std::string token_;
  std::string failing_;
  std::string session_;  // of its link
  domain::Plan plan_;
  std::unique_ptr<io::Link> link_;
  wire::Outbox outbox_;
  io::Timer leaving_;
  bool went_home_ = false;
};

}  // namespace tamarack::coordinator
