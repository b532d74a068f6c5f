// The notifier against stand-ins of the other sides: a server on port 0 that checks every request against what the other side documents and
// answers what the test wants. The clock is turned by hand; only the pauses of a few milliseconds between attempts are real.
#include "notify/notifier.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>

#include "base/text.h"
#include "io/http_server.h"
#include "notify/signature.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

constexpr const char* hook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* token = "ghs_0123456789abcdef";

struct Heard {
  std::string method;
  std::string path;
  std::string body;
  std::string id;  // webhook-id
};

class NotifierTest : public testing::Test {
 protected:
  void SetUp() override {
    auto listening = io::HttpServer::listen(
        loop_, {},
        {.handle = [this](io::IncomingRequest request, const std::shared_ptr<io::Exchange>& exchange) { hear(request, *exchange); }});
    ASSERT_TRUE(listening) << listening.error().message;
    server_ = std::move(*listening);
    base_ = fmt::format("http://127.0.0.1:{}", server_->port());
  }

  config::ServerFile file_of(const std::string& text) const {
    config::ServerFileRead read =
        config::read_server_file("version = 1\nurl = \"https://tamarack.example.com\"\n" + replace_all(text, "BASE", base_), "server.toml");
    EXPECT_TRUE(read.file) << config::describe(read.problems);
    return read.file ? std::move(*read.file) : config::ServerFile{};
  }
  std::string webhook(const std::string& name = "bot") const {
    return fmt::format("[[webhook]]\nname = \"{0}\"\nurl = \"BASE/{0}\"\nsecret = {{ env = \"HOOK\" }}\n", name);
  }

  void start(const std::string& text) {
    const SecretSource secrets = [this](const config::SecretRef& ref) -> Result<std::string> {
      if (ref.env == "HOOK") return std::string(hook_secret);
      if (ref.env == "TOKEN") return std::string(token);
      if (ref.env == "SLACK") return base_ + "/services/T0/B0/hunter22";
      return make_error(ErrorCode::invalid_config, "the variable is not there");
    };
    notifier_ = std::make_unique<Notifier>(
        loop_, clock_, Random(7), NotifierSettings{.file = file_of(text), .secrets = secrets, .retries = retries_},
        NotifierHooks{.keep =
                          [this](const std::string& key, const std::string& json) {
                            if (json.empty())
                              kept_.erase(key);
                            else
                              kept_[key] = json;
                          },
                      .warn = [this](const std::string& text_of_warning) { warnings_ += text_of_warning + "\n"; }});
    std::vector<Notifier::Kept> kept;
    for (const auto& [key, json] : kept_) kept.push_back({key, json});
    notifier_->restore(kept);
  }

  // Runs the loop until it holds; the clock goes on with it, so that pauses end.
  void run_until(const std::function<bool()>& holds) {
    bool in_time = true;
    io::Timer watchdog = loop_.after(Millis{20'000}, [&] {
      in_time = false;
      loop_.stop();
    });
    look(holds);
    loop_.run();
    EXPECT_TRUE(in_time) << "the test hangs; heard so far: " << story();
  }
  void look(const std::function<bool()>& holds) {
    if (holds()) return loop_.stop();
    clock_.advance(Millis{5});
    again_ = loop_.after(Millis{5}, [this, &holds] { look(holds); });
  }

  std::string story() const {
    std::string text;
    for (const Heard& one : heard_) text += one.method + " " + one.path + "\n";
    return text;
  }

  void hear(const io::IncomingRequest& request, io::Exchange& exchange) {
    heard_.push_back({.method = request.head.method,
                      .path = request.head.path,
                      .body = request.body,
                      .id = std::string(request.head.field("webhook-id"))});
    if (request.head.path.starts_with("/repos/"))
      check_github(request);
    else if (request.head.path == "/v1/traces")
      check_otlp(request);
    else if (request.head.path.starts_with("/services/"))
      EXPECT_NE(at(request.body, "/text"), "") << "Slack refuses a message without text";
    else
      check_webhook(request);
    io::Answer answer{.status = 200, .fields = {{"Content-Type", "application/json"}}, .body = "{}"};
    if (request.head.method == "POST" && request.head.path.ends_with("/check-runs")) answer = {.status = 201, .body = R"({"id":4711})"};
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    exchange.answer(answer);
  }

  // As Standard Webhooks has a receiver do it.
  void check_webhook(const io::IncomingRequest& request) {
    const SignedMessage message{.id = request.head.field("webhook-id"),
                                .timestamp = request.head.field("webhook-timestamp"),
                                .signature = request.head.field("webhook-signature"),
                                .body = request.body};
    EXPECT_TRUE(verify_webhook(*parse_webhook_secret(hook_secret), message, to_ms(clock_.now()) / 1000, 5));
    EXPECT_TRUE(request.head.field("content-type").starts_with("application/cloudevents+json"));
    EXPECT_EQ(at(request.body, "/id"), message.id);
  }
  // As the REST API documents statuses and check runs.
  void check_github(const io::IncomingRequest& request) {
    EXPECT_EQ(request.head.field("authorization"), std::string("Bearer ") + token);
    EXPECT_EQ(request.head.field("accept"), "application/vnd.github+json");
    EXPECT_FALSE(request.head.field("user-agent").empty()) << "GitHub refuses requests without one";
    const boost::json::value body = parsed(request.body);
    if (request.head.path.find("/statuses/") != std::string::npos) {
      EXPECT_TRUE(std::set<std::string>({"error", "failure", "pending", "success"}).contains(at(body, "/state")));
      return;
    }
    const bool creates = request.head.method == "POST";
    EXPECT_EQ(request.head.method, creates ? "POST" : "PATCH");
    EXPECT_EQ(at(body, "/head_sha"), creates ? std::string(test_commit) : "(nothing)");
    if (at(body, "/conclusion") != "(nothing)") {
      EXPECT_EQ(at(body, "/status"), "completed");
    }
  }
  void check_otlp(const io::IncomingRequest& request) {
    EXPECT_EQ(request.head.method, "POST");
    EXPECT_EQ(request.head.field("content-type"), "application/json");
    EXPECT_EQ(at(request.body, "/resourceSpans/0/scopeSpans/0/scope/name"), "tamarack");
  }

  io::Loop loop_;
  ManualClock clock_{from_ms(1'795'256'672'250)};
  RetryRules retries_{.first = Millis{10}, .longest = Millis{40}, .shortest = Millis{5}};
  std::unique_ptr<io::HttpServer> server_;
  std::string base_;
  std::deque<io::Answer> answers_;  // to the next requests; then 200
  std::vector<Heard> heard_;
  std::map<std::string, std::string> kept_;
  std::string warnings_;
  std::unique_ptr<Notifier> notifier_;
  io::Timer again_;
};

TEST_F(NotifierTest, tries_again_with_the_same_id_and_a_new_signature) {
  start(webhook());
  answers_ = {{.status = 500, .body = "down"}, {.status = 502}, {.status = 429}};
  notifier_->tell(test_view(report::mixed_view()), test_news());
  EXPECT_EQ(kept_.size(), 1U) << "owed from the moment it was told";
  run_until([&] { return notifier_->counts().delivered == 1; });
  ASSERT_EQ(heard_.size(), 4U);
  for (const Heard& one : heard_) {
    EXPECT_EQ(one.id, heard_[0].id);
    EXPECT_EQ(one.body, heard_[0].body);
  }
  EXPECT_EQ(notifier_->counts().attempts_failed, 3U);
  EXPECT_TRUE(kept_.empty()) << "nothing is owed any more";
  EXPECT_TRUE(warnings_.starts_with("'webhook/bot' was not reached, it is tried again in ")) << warnings_;
  EXPECT_TRUE(warnings_.ends_with(": status 500: down\n")) << "once, not for every attempt: " << warnings_;
}

TEST_F(NotifierTest, waits_as_long_as_it_is_asked_to) {
  start(webhook());
  answers_ = {{.status = 503, .fields = {{"Retry-After", "7200"}}}};
  notifier_->tell(test_view(report::green_view()), test_news());
  run_until([&] { return notifier_->counts().attempts_failed == 1; });
  const std::int64_t next_ms = *parse_integer(at(kept_.begin()->second, "/next_ms"));
  EXPECT_LE(next_ms, to_ms(clock_.now()) + 7'200'000);
  EXPECT_GT(next_ms, to_ms(clock_.now()) + 7'200'000 - 1'000) << "and not after the 10 ms that would be ours";
  clock_.advance(Millis{7'200'000});
  notifier_.reset();
  start(webhook());  // the loop's own timer is real; a restart looks at the clock
  run_until([&] { return notifier_->counts().delivered == 1; });
}

TEST_F(NotifierTest, keeps_the_order_and_lets_one_target_not_hold_up_another) {
  bool slow_is_down = true;
  const auto count_of_path = [&](const std::string& path) {
    return std::count_if(heard_.begin(), heard_.end(), [&](const Heard& one) { return one.path == path; });
  };
  // "fast" and "slow" ask at the same time, so what is answered hangs on the path.
  server_.reset();
  auto listening =
      io::HttpServer::listen(loop_, {}, {.handle = [&](io::IncomingRequest request, const std::shared_ptr<io::Exchange>& exchange) {
                               heard_.push_back({.path = request.head.path, .body = request.body});
                               exchange->answer({.status = request.head.path == "/slow" && slow_is_down ? 500 : 204});
                             }});
  ASSERT_TRUE(listening);
  server_ = std::move(*listening);
  base_ = fmt::format("http://127.0.0.1:{}", server_->port());
  start(webhook("slow") + webhook("fast"));
  notifier_->tell(test_view(report::green_view()), test_news(Event::run_started));
  notifier_->tell(test_view(report::green_view()), test_news(Event::run_finished));
  run_until([&] { return notifier_->counts().delivered == 2 && count_of_path("/slow") >= 3; });
  EXPECT_EQ(count_of_path("/fast"), 2);
  for (const Heard& one : heard_)
    if (one.path == "/slow") {
      EXPECT_EQ(at(one.body, "/type"), "run.started") << "the end must not overtake the beginning";
    }
  slow_is_down = false;
  run_until([&] { return notifier_->counts().delivered == 4; });
  EXPECT_EQ(at(heard_.back().body, "/type"), "run.finished");
}

TEST_F(NotifierTest, gives_up_what_will_never_be_taken) {
  start(webhook());
  answers_ = {{.status = 400, .body = "no such \x1b[31mhook"}};
  notifier_->tell(test_view(report::green_view()), test_news(Event::run_started));
  notifier_->tell(test_view(report::green_view()), test_news());
  run_until([&] { return notifier_->counts().delivered == 1; });
  EXPECT_EQ(heard_.size(), 2U) << "the first was not tried again, the second went out";
  EXPECT_EQ(notifier_->counts().given_up, 1U);
  EXPECT_TRUE(warnings_.ends_with(", given up after 1 attempt: status 400: no such hook\n")) << warnings_;
}

TEST_F(NotifierTest, gives_up_after_a_day) {
  start(webhook());
  for (int i = 0; i < 1'000; ++i) answers_.push_back({.status = 500});
  notifier_->tell(test_view(report::green_view()), test_news());
  run_until([&] { return notifier_->counts().attempts_failed >= 3; });
  clock_.advance(Millis{86'400'000});
  run_until([&] { return notifier_->counts().given_up == 1; });
  EXPECT_TRUE(kept_.empty());
  EXPECT_EQ(notifier_->counts().waiting, 0U);
}

TEST_F(NotifierTest, sends_nothing_more_to_an_address_that_is_gone) {
  start(webhook());
  answers_ = {{.status = 410}};
  notifier_->tell(test_view(report::green_view()), test_news(Event::run_started));
  notifier_->tell(test_view(report::green_view()), test_news());
  run_until([&] { return notifier_->counts().given_up == 1; });
  EXPECT_EQ(notifier_->counts().waiting, 0U);
  EXPECT_NE(warnings_.find("nothing more is sent there until the server starts again"), std::string::npos);
}

TEST_F(NotifierTest, delivers_after_a_restart_what_was_owed_before) {
  start(webhook() +
        "[github]\ntoken = { env = \"TOKEN\" }\napi_url = \"BASE\"\nreport = [\"check\"]\n[[github.repository]]\nname = \"acme/shop\"\n");
  notifier_->tell(test_view(report::mixed_view()), test_news(Event::run_started));
  run_until([&] { return notifier_->counts().delivered == 2; });
  EXPECT_EQ(kept_.size(), 1U) << "the number of the check run";
  const int port = server_->port();
  server_.reset();  // nobody answers
  notifier_->tell(test_view(report::mixed_view()), test_news());
  run_until([&] { return notifier_->counts().attempts_failed >= 2; });
  notifier_.reset();
  EXPECT_EQ(kept_.size(), 3U);
  for (const auto& [key, json] : kept_) {
    EXPECT_EQ(json.find(token), std::string::npos) << "secrets are not stored";
    EXPECT_EQ(json.find("whsec_"), std::string::npos);
  }
  EXPECT_NE(warnings_.find(fmt::format("'webhook/bot' was not reached")), std::string::npos);
  heard_.clear();
  auto listening = io::HttpServer::listen(
      loop_, {.port = port},
      {.handle = [this](io::IncomingRequest request, const std::shared_ptr<io::Exchange>& exchange) { hear(request, *exchange); }});
  ASSERT_TRUE(listening) << listening.error().message;
  server_ = std::move(*listening);
  kept_["delivery/of another version"] = "{}";
  start(webhook() +
        "[github]\ntoken = { env = \"TOKEN\" }\napi_url = \"BASE\"\nreport = [\"check\"]\n[[github.repository]]\nname = \"acme/shop\"\n");
  run_until([&] { return notifier_->counts().delivered == 2; });
  EXPECT_NE(story().find("PATCH /repos/acme/shop/check-runs/4711\n"), std::string::npos) << story();
  EXPECT_NE(story().find("POST /bot\n"), std::string::npos) << story();
  EXPECT_NE(warnings_.find("1 of 4 kept deliveries could not be read and are forgotten"), std::string::npos) << warnings_;
}

TEST_F(NotifierTest, drops_what_is_owed_to_a_target_that_was_removed) {
  start(webhook("old"));
  for (int i = 0; i < 1'000; ++i) answers_.push_back({.status = 500});
  notifier_->tell(test_view(report::green_view()), test_news());
  run_until([&] { return notifier_->counts().attempts_failed >= 1; });
  notifier_.reset();
  start(webhook("new"));
  EXPECT_EQ(notifier_->counts().waiting, 0U);
  EXPECT_TRUE(kept_.empty());
  EXPECT_NE(warnings_.find("1 for 'webhook/old' dropped"), std::string::npos) << warnings_;
}

TEST_F(NotifierTest, tells_github_slack_and_the_collector) {
  start(
      "[github]\ntoken = { env = \"TOKEN\" }\napi_url = \"BASE\"\nreport = [\"status\", \"check\"]\n[[github.repository]]\nname = "
      "\"acme/shop\"\n"
      "[[slack]]\nname = \"team\"\nurl = { env = \"SLACK\" }\n[otlp]\nendpoint = \"BASE\"\n");
  notifier_->tell(test_view(report::mixed_view()), test_news(Event::run_started));
  notifier_->tell(failed_view(120), test_news());
  run_until([&] { return notifier_->counts().waiting == 0; });
  std::string github;
  for (const Heard& one : heard_)
    if (one.path.starts_with("/repos/")) github += one.method + one.path.substr(16, 11) + " " + at(one.body, "/status") + "\n";
  EXPECT_EQ(github,
            "POST/statuses/9 (nothing)\n"
            "POST/check-runs in_progress\n"
            "POST/statuses/9 (nothing)\n"
            "PATCH/check-runs completed\n"
            "PATCH/check-runs (nothing)\n"
            "PATCH/check-runs (nothing)\n");
  EXPECT_NE(story().find("POST /v1/traces\n"), std::string::npos);
  EXPECT_NE(story().find("POST /services/T0/B0/hunter22\n"), std::string::npos);
  EXPECT_EQ(warnings_, "");
}

TEST_F(NotifierTest, never_shows_a_secret) {
  start(
      "[[slack]]\nname = \"team\"\nurl = { env = \"SLACK\" }\n[github]\ntoken = { env = \"TOKEN\" }\napi_url = \"BASE\"\n"
      "[[github.repository]]\nname = \"acme/shop\"\n");
  answers_ = {{.status = 400, .body = std::string("bad token ") + token + " for /services/T0/B0/hunter22"},
              {.status = 400, .body = std::string("bad token ") + token}};
  notifier_->tell(test_view(report::mixed_view()), test_news());
  run_until([&] { return notifier_->counts().waiting == 0; });
  server_.reset();
  News later = test_news(Event::run_finished);
  later.at = clock_.now();
  notifier_->tell(test_view(report::green_view()), later);  // "Connection refused" comes with the address
  run_until([&] { return notifier_->counts().attempts_failed >= 4; });
  EXPECT_NE(warnings_.find("bad token ***"), std::string::npos) << warnings_;
  EXPECT_NE(warnings_.find("Connection refused"), std::string::npos) << warnings_;
  EXPECT_EQ(warnings_.find("hunter22"), std::string::npos) << warnings_;
  EXPECT_EQ(warnings_.find(token), std::string::npos) << warnings_;
}

TEST_F(NotifierTest, waits_for_a_secret_that_is_not_there_yet) {
  start("[[webhook]]\nname = \"x\"\nurl = \"BASE/x\"\nsecret = { env = \"LATER\" }\n");
  notifier_->tell(test_view(report::green_view()), test_news());
  run_until([&] { return notifier_->counts().attempts_failed >= 2; });
  EXPECT_EQ(notifier_->counts().waiting, 1U);
  EXPECT_EQ(heard_.size(), 0U);
}

TEST_F(NotifierTest, may_go_away_at_any_time) {
  start(webhook("a") + webhook("b"));
  notifier_->tell(test_view(report::green_view()), test_news());
  notifier_.reset();  // both requests are under way
  run_until([&] { return heard_.size() == 2; });
  EXPECT_EQ(kept_.size(), 2U) << "not known to be delivered, so still owed";
}

}  // namespace
}  // namespace tamarack::notify
