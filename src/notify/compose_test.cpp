#include "notify/compose.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/text.h"
#include "io/files.h"
#include "notify/request.h"
#include "notify/signature.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

config::ServerFile file_of(const std::string& text) {
  config::ServerFileRead read = config::read_server_file("version = 1\n" + text, "server.toml");
  EXPECT_TRUE(read.file) << config::describe(read.problems);
  return read.file ? std::move(*read.file) : config::ServerFile{};
}

constexpr const char* everything = R"(url = "https://tamarack.example.com"
[[webhook]]
name = "all"
url = "https://example.com/hooks"
secret = { env = "HOOK" }
previous_secret = { env = "OLD_HOOK" }
[[webhook]]
name = "bank-only"
url = "https://example.com/bank"
secret = { env = "HOOK" }
projects = ["bank"]
[[slack]]
name = "team"
url = { env = "SLACK" }
when = "failed"
events = ["run.started", "run.finished"]
[github]
token = { env = "TOKEN" }
report = ["status", "check"]
[[github.repository]]
name = "acme/shop"
projects = ["shop"]
[[github.repository]]
name = "acme/bank"
projects = ["bank"]
[otlp]
endpoint = "http://127.0.0.1:4318"
header = "x-team"
header_value = { env = "TEAM" }
)";

const std::map<std::string, std::string> secrets{{"HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                                                 {"OLD_HOOK", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
                                                 {"SLACK", "https://hooks.slack.com/services/T0/B0/secret"},
                                                 {"TOKEN", "ghs_0123456789"},
                                                 {"TEAM", "team-key"}};
Result<std::string> secret(const config::SecretRef& ref) {
  const auto found = secrets.find(ref.env);
  if (found == secrets.end()) return make_error(ErrorCode::invalid_config, "the variable " + ref.env + " is empty or not there");
  return found->second;
}

std::string told(const std::vector<Delivery>& deliveries) {
  std::string text;
  for (const Delivery& one : deliveries) text += one.target + one.path + "\n";
  return text;
}

TEST(Compose, tells_each_what_it_asked_for) {
  const config::ServerFile file = file_of(everything);
  const std::string commit(test_commit);
  EXPECT_EQ(told(compose(file, test_view(report::mixed_view()), test_news())),
            "webhook/all\nslack/team\n"
            "github/acme/shop/repos/acme/shop/statuses/" +
                commit +
                "\n"
                "github/acme/shop/repos/acme/shop/check-runs\n"
                "otlp/v1/traces\n");
  EXPECT_EQ(told(compose(file, test_view(report::green_view()), test_news(Event::run_started))),
            "webhook/all\n"
            "github/acme/shop/repos/acme/shop/statuses/" +
                commit + "\ngithub/acme/shop/repos/acme/shop/check-runs\n")
      << "no message to the channel: nothing failed; no trace: nothing ended";
  EXPECT_EQ(told(compose(file, report::green_view(), test_news())), "webhook/all\notlp/v1/traces\n") << "a short commit is none for GitHub";
  EXPECT_EQ(targets_of(file),
            (std::vector<std::string>{"webhook/all", "webhook/bank-only", "slack/team", "github/acme/shop", "github/acme/bank", "otlp"}));
  EXPECT_TRUE(compose({}, test_view(report::mixed_view()), test_news()).empty());
}

TEST(Compose, gives_the_same_event_the_same_ids) {
  const config::ServerFile file = file_of(everything);
  const report::ReportView view = test_view(report::mixed_view());
  EXPECT_EQ(compose(file, view, test_news()), compose(file, view, test_news()));
  std::set<std::string> ids;
  for (const Event event : {Event::run_started, Event::run_finished})
    for (const Delivery& one : compose(file, view, test_news(event))) EXPECT_TRUE(ids.insert(one.id).second) << one.id;
}

TEST(Compose, makes_links_from_the_address_in_the_file) {
  News news = test_news();
  news.server_url = news.run_url = "";
  const std::vector<Delivery> deliveries = compose(file_of(everything), test_view(report::mixed_view()), news);
  EXPECT_EQ(at(deliveries[0].body, "/data/url"), "https://tamarack.example.com/runs/r-20261121-102418-3f9a");
}

TEST(Request, adds_address_secrets_and_signature_when_it_is_sent) {
  const config::ServerFile file = file_of(everything);
  const std::vector<Delivery> deliveries = compose(file, test_view(report::mixed_view()), test_news());
  std::map<std::string, io::ClientRequest> requests;
  for (const Delivery& one : deliveries) {
    for (const auto& [name, value] : secrets) EXPECT_EQ(to_json(one).find(value), std::string::npos) << name << " would be stored";
    auto request = request_of(file, secret, one, "", from_ms(1'800'000'000'999));
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_GT(request->total_timeout.count(), 0);
    requests[one.target + one.path] = std::move(*request);
  }
  const io::ClientRequest& webhook = requests.at("webhook/all");
  EXPECT_EQ(webhook.url, "https://example.com/hooks");
  EXPECT_EQ(io::field_of(webhook.fields, "Content-Type"), "application/cloudevents+json; charset=utf-8");
  EXPECT_EQ(io::field_of(webhook.fields, "webhook-timestamp"), "1800000000");
  EXPECT_EQ(io::field_of(webhook.fields, "webhook-id"), at(webhook.body, "/id"));
  const SignedMessage message{.id = io::field_of(webhook.fields, "webhook-id"),
                              .timestamp = "1800000000",
                              .signature = io::field_of(webhook.fields, "webhook-signature"),
                              .body = webhook.body};
  for (const char* name : {"HOOK", "OLD_HOOK"})
    EXPECT_TRUE(verify_webhook(*parse_webhook_secret(secrets.at(name)), message, 1'800'000'000));
  EXPECT_EQ(requests.at("slack/team").url, secrets.at("SLACK"));
  EXPECT_EQ(io::field_of(requests.at("otlp/v1/traces").fields, "x-team"), "team-key");
  EXPECT_EQ(requests.at("otlp/v1/traces").url, "http://127.0.0.1:4318/v1/traces");
  const io::ClientRequest& check = requests.at("github/acme/shop/repos/acme/shop/check-runs");
  EXPECT_EQ(check.url, "https://api.github.com/repos/acme/shop/check-runs");
  EXPECT_EQ(io::field_of(check.fields, "Authorization"), "Bearer ghs_0123456789");
  EXPECT_EQ(io::field_of(check.fields, "Accept"), "application/vnd.github+json");
  EXPECT_EQ(io::field_of(check.fields, "X-GitHub-Api-Version"), "2022-11-28");
  EXPECT_EQ(at(check.body, "/head_sha"), test_commit);
}

TEST(Request, updates_the_check_run_that_it_knows) {
  const config::ServerFile file = file_of(everything);
  std::vector<Delivery> deliveries = compose(file, test_view(failed_view(60)), test_news());
  const Delivery& first = deliveries[3];
  const Delivery& second = deliveries[4];
  ASSERT_EQ(second.path, "/repos/acme/shop/check-runs");
  const auto update = request_of(file, secret, first, "4711", from_ms(0));
  EXPECT_EQ(update->method, "PATCH");
  EXPECT_EQ(update->url, "https://api.github.com/repos/acme/shop/check-runs/4711");
  EXPECT_EQ(at(update->body, "/head_sha"), "(nothing)") << "not a parameter of an update";
  EXPECT_EQ(request_of(file, secret, second, "4711", from_ms(0))->method, "PATCH");
  EXPECT_EQ(request_of(file, secret, second, "", from_ms(0)).error().code, ErrorCode::conflict) << "nothing to add to";
  EXPECT_EQ(created_id({.body = R"({"id":4711,"head_sha":"x"})"}), "4711");
  for (const char* body : {"", "[]", R"({"id":"4711"})", R"({"id":-1})", R"({"id":1.5})", "{"})
    EXPECT_EQ(created_id({.body = body}), "") << body;
}

TEST(Request, says_what_is_missing_without_showing_it) {
  const config::ServerFile file = file_of(everything);
  Delivery delivery{.id = "x", .target = "webhook/gone"};
  EXPECT_EQ(request_of(file, secret, delivery, "", from_ms(0)).error().message, "'webhook/gone' is not in the configuration any more");
  const SecretSource broken = [](const config::SecretRef& ref) -> Result<std::string> {
    if (ref.env == "SLACK") return std::string("not an address");
    if (ref.env == "HOOK") return std::string("hunter2");
    return secret(ref);
  };
  delivery.target = "webhook/all";
  EXPECT_EQ(request_of(file, broken, delivery, "", from_ms(0)).error().code, ErrorCode::invalid_config);
  const std::string problems = join(secret_problems(file, broken), "\n");
  EXPECT_NE(problems.find("webhook/all: a webhook's secret must be whsec_"), std::string::npos) << problems;
  EXPECT_NE(problems.find("slack/team: the address in the secret is not a usable URL"), std::string::npos) << problems;
  EXPECT_EQ(problems.find("hunter2"), std::string::npos);
  EXPECT_TRUE(secret_problems(file, secret).empty());
}

TEST(Secrets, come_from_variables_and_files_and_are_read_at_every_use) {
  char name[] = "/tmp/tamarack-secrets-XXXXXX";
  const std::string folder = mkdtemp(name);
  const SecretSource source = system_secrets(folder);
  const auto message = [&](const config::SecretRef& ref) {
    const Result<std::string> value = source(ref);
    return value ? "no error" : value.error().message;
  };
  EXPECT_EQ(message({.file = "token"}), fmt::format("the secret's file '{}/token' cannot be read", folder));
  ASSERT_TRUE(io::write_file(folder + "/token", " Bearer first\n"));
  EXPECT_EQ(*source({.file = "token"}), "Bearer first");
  ASSERT_TRUE(io::write_file(folder + "/token", "second"));
  EXPECT_EQ(*source({.file = folder + "/token"}), "second");
  ASSERT_TRUE(io::write_file(folder + "/token", "hunter2\nX-Injected: 1"));
  EXPECT_EQ(message({.file = "token"}), fmt::format("the secret's file '{}/token' must hold one line", folder));
  ASSERT_TRUE(io::write_file(folder + "/token", " \n"));
  EXPECT_EQ(message({.file = "token"}), fmt::format("the secret's file '{}/token' is empty or not there", folder));
  EXPECT_EQ(message({.env = "TAMARACK_NO_SUCH_VARIABLE"}), "the variable TAMARACK_NO_SUCH_VARIABLE is empty or not there");
  EXPECT_EQ(*source({.env = "PATH"}), io::environment("PATH"));
  EXPECT_TRUE(io::remove_tree(folder));
}

}  // namespace
}  // namespace tamarack::notify
