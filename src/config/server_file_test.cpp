#include "config/server_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace tamarack::config {
namespace {

ServerFileRead read(const std::string& text) {
  return read_server_file(text, "server.toml");
}
std::string problems_of(const std::string& text) {
  const ServerFileRead result = read(text);
  EXPECT_EQ(result.file.has_value(), result.problems.empty());
  return describe(result.problems);
}

constexpr const char* whole = R"(version = 1
url = "https://tamarack.example.com/"

[[webhook]]
name = "deploy-bot"
url = "https://example.com/hooks"
secret = { env = "HOOK_SECRET" }
previous_secret = { file = "old.secret" }
events = ["run.finished"]
projects = ["shop", "bank"]

[[webhook]]
name = "log"
url = "http://127.0.0.1:9000/"
[webhook.secret]
file = "/run/secrets/log"

[[slack]]
name = "team"
url = { file = "slack.url" }
when = "failed"

[github]
token = { env = "GITHUB_TOKEN" }
report = ["status", "check"]
[[github.repository]]
name = "acme/shop"

[otlp]
endpoint = "http://127.0.0.1:4318/"
header = "x-honeycomb-team"
header_value = { env = "HONEYCOMB" }
tests_max = 500

[retention]
runs_keep_days = 30
artifacts_max_gb = 20
)";

TEST(ServerFile, reads_every_section) {
  const ServerFileRead result = read_server_file(whole, "/etc/tamarack/server.toml");
  ASSERT_TRUE(result.file) << describe(result.problems);
  const ServerFile& file = *result.file;
  EXPECT_EQ(file.root, "/etc/tamarack");
  EXPECT_EQ(file.url, "https://tamarack.example.com");
  ASSERT_EQ(file.webhooks.size(), 2U);
  EXPECT_EQ(file.webhooks[0].name, "deploy-bot");
  EXPECT_EQ(file.webhooks[0].secret, (SecretRef{.env = "HOOK_SECRET"}));
  EXPECT_EQ(file.webhooks[0].previous_secret, (SecretRef{.file = "old.secret"}));
  EXPECT_EQ(file.webhooks[0].events, (std::vector<std::string>{"run.finished"}));
  EXPECT_EQ(file.webhooks[0].projects, (std::vector<std::string>{"shop", "bank"}));
  EXPECT_EQ(file.webhooks[1].secret, (SecretRef{.file = "/run/secrets/log"}));
  EXPECT_EQ(file.webhooks[1].events.size(), 2U) << "all of them";
  ASSERT_EQ(file.slacks.size(), 1U);
  EXPECT_EQ(file.slacks[0].when, "failed");
  EXPECT_EQ(file.slacks[0].url, (SecretRef{.file = "slack.url"}));
  EXPECT_EQ(file.github.api_url, "https://api.github.com");
  EXPECT_EQ(file.github.report, (std::vector<std::string>{"status", "check"}));
  ASSERT_EQ(file.github.repositories.size(), 1U);
  EXPECT_EQ(file.otlp.endpoint, "http://127.0.0.1:4318");
  EXPECT_EQ(file.otlp.tests_max, 500);
  EXPECT_EQ(file.retention.runs_keep_days, 30);
  EXPECT_EQ(file.retention.runs_keep_max, 0);
  EXPECT_EQ(file.retention.artifacts_max_gb, 20);
  EXPECT_EQ(read("version = 1").file->retention.runs_keep_days, 90);
  EXPECT_NE(problems_of("version = 1\n[retention]\nruns_keep_days = -1\n").find("'runs_keep_days' in [retention] must be"),
            std::string::npos);
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_TRUE(read("version = 1").file) << "everything may be left out";
}

TEST(ServerFile, tells_all_problems_with_their_place) {
  EXPECT_EQ(problems_of(R"(version = 1
url = "tamarack.example.com"
[[webhook]]
name = "a b"
url = "https://ada:pass@example.com"
events = ["run.finishd"]
[[slack]]
name = "team"
url = { env = "A", file = "b" }
wen = "failed"
[github]
report = []
token = { env = "T" }
[[github.repository]]
name = "shop"
)"),
            "server.toml:2:1: 'url' must be an address that begins with https:// or http://\n"
            "server.toml:3:1: missing key 'secret' in [[webhook]]\n"
            "  hint: for example secret = { env = \"NAME\" } or { file = \"PATH\" }\n"
            "server.toml:4:1: 'name' must be at most 64 letters, digits, '.', '_' and '-'\n"
            "server.toml:5:1: 'url' must not hold a user name or a password\n"
            "  hint: a secret never stands in this file\n"
            "server.toml:6:11: 'events[0]' in [[webhook]] must be one of \"run.started\", \"run.finished\", got 'run.finishd'\n"
            "  hint: did you mean \"run.finished\"?\n"
            "server.toml:9:7: [slack.url] needs exactly one of 'env', 'file', got 'env' and 'file'\n"
            "  hint: keep one of them\n"
            "server.toml:10:1: unknown key 'wen' in [[slack]], expected one of name, events, when, projects, url\n"
            "  hint: did you mean 'when'?\n"
            "server.toml:12:1: 'report' must name \"status\", \"check\" or both\n"
            "  hint: or remove [github]\n"
            "server.toml:15:1: 'name' must be OWNER/REPOSITORY, got 'shop'\n"
            "  hint: for example \"acme/shop\"\n");
}

TEST(ServerFile, never_shows_a_secret_that_was_written_into_it) {
  for (const char* line : {"url = \"https://hooks.slack.com/services/T0/B0/hunter22\"", "url = { env = \"hunter22-x\" }",
                           "url = { env = 5, hunter = \"hunter22\" }", "url = [\"hunter22\"]"}) {
    const std::string problems = problems_of(std::string("version = 1\n[[slack]]\nname = \"t\"\n") + line + "\n");
    EXPECT_NE(problems, "") << line;
    EXPECT_EQ(problems.find("hunter22"), std::string::npos) << problems;
  }
  for (const char* line : {"slack = [\"hunter2\"]", "slack = \"hunter2\"", "github = \"hunter2\"", "[[github]]\ntoken = \"hunter2\""}) {
    const std::string problems = problems_of(std::string("version = 1\n") + line + "\n");
    EXPECT_NE(problems, "") << line;
    EXPECT_EQ(problems.find("hunter2"), std::string::npos) << problems;
  }
  EXPECT_EQ(problems_of("version = 1\n[[slack]]\nname = \"t\"\nurl = \"https://x\"\n"),
            "server.toml:4:1: 'slack.url' must be { env = \"NAME\" } or { file = \"PATH\" }, got the value itself\n"
            "  hint: a secret never stands in this file: name the variable or the file that holds it\n");
}

// The blocks of docs/guide/integrations.md that are marked so are one file, in their order.
TEST(ServerFile, is_what_the_guide_shows) {
  std::ifstream page(TAMARACK_SOURCE_DIR "/docs/guide/integrations.md");
  const std::string guide{std::istreambuf_iterator<char>(page), {}};
  const std::string fence = "```toml server.toml\n";
  std::string text;
  for (std::size_t at = guide.find(fence); at != std::string::npos; at = guide.find(fence, at + 1)) {
    const std::size_t begin = at + fence.size();
    text += guide.substr(begin, guide.find("```", begin) - begin);
  }
  const ServerFileRead result = read(text);
  ASSERT_TRUE(result.file) << describe(result.problems);
  EXPECT_EQ(result.file->webhooks.size() + result.file->slacks.size() + result.file->github.repositories.size(), 3U);
  EXPECT_FALSE(result.file->otlp.endpoint.empty());
  EXPECT_TRUE(result.warnings.empty()) << describe(result.warnings);
}

TEST(ServerFile, refuses_what_would_go_wrong_later) {
  const std::string webhook = "[[webhook]]\nname = \"a\"\nurl = \"https://x\"\nsecret = { env = \"A\" }\n";
  EXPECT_NE(problems_of("version = 1\n" + webhook + webhook).find("'name' must differ from the others, got 'a' again"), std::string::npos);
  EXPECT_NE(problems_of("version = 1\n" + webhook + "previous_secret = { env = \"A\" }\n").find("must be another secret"),
            std::string::npos);
  EXPECT_EQ(problems_of("version = 1\n[github]\ntoken = { env = \"T\" }\n"), "server.toml:2:1: missing section [[github.repository]]\n");
  EXPECT_NE(problems_of("version = 1\n[github]\ntoken = { env = \"T\" }\n[[github.repository]]\nname = \"a/b\"\n[[github.repository]]\n"
                        "name = \"a/c\"\n")
                .find("needs 'projects' when there are several"),
            std::string::npos);
  EXPECT_EQ(problems_of(""), "server.toml:1:1: the file is empty, expected at least 'version'\n  hint: for example version = 1\n");
  EXPECT_EQ(problems_of("version = 2\n[later]\n"),
            "server.toml:1:11: 'version' must be 1, got 2: the file needs a newer tamarack\n"
            "  hint: install a tamarack that knows this version, see: tamarack --version\n");
  EXPECT_EQ(read("version = 1\n[[webhook]]\nname = \"a\"\nurl = \"http://example.com\"\nsecret = { env = \"A\" }\n").warnings.size(), 1U);
}

}  // namespace
}  // namespace tamarack::config
