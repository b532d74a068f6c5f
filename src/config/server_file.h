// server.toml, the file of `tamarack serve --config FILE`: whom the server tells about runs, and what it keeps. Read like tamarack.toml,
// with every problem at once. Pure: the caller reads the file. A secret never stands in it, only the name of the variable or file that
// holds it; a value that was written in its place is not shown in any message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/read_config.h"

namespace tamarack::config {

// Exactly one of the two is set; both empty: there is no secret.
struct SecretRef {
  std::string env;   // name of a variable of the server's own environment
  std::string file;  // path; its first line is the secret
  bool empty() const { return env.empty() && file.empty(); }
  friend bool operator==(const SecretRef&, const SecretRef&) = default;
};

struct WebhookSetting {
  std::string name;  // of letters, digits, '.', '_' and '-'; no other target of the kind has it
  std::string url;
  SecretRef secret;
  SecretRef previous_secret;
  std::vector<std::string> events{"run.started", "run.finished"};
  std::vector<std::string> projects;  // empty: all
  std::int64_t line = 0;
};

struct SlackSetting {
  std::string name;
  SecretRef url;  // whoever has the address can post
  std::vector<std::string> events{"run.finished"};
  std::string when = "always";  // or "failed": only runs that did not pass
  std::vector<std::string> projects;
  std::int64_t line = 0;
};

struct GithubRepository {
  std::string name;  // "acme/shop"
  std::vector<std::string> projects;
  std::int64_t line = 0;
};

struct GithubSetting {
  SecretRef token;  // empty: the section is not in the file
  std::string api_url = "https://api.github.com";
  std::string context = "tamarack";
  std::vector<std::string> report{"status"};  // "status", "check"
  std::vector<GithubRepository> repositories;
};

struct OtlpSetting {
  std::string endpoint;  // "http://127.0.0.1:4318"; empty: the section is not in the file
  std::string header = "Authorization";
  SecretRef header_value;
  std::int64_t tests_max = 10'000;
  std::vector<std::string> projects;
};

// What a server lets go of; the rules are in coordinator/retention.h. 0: no limit.
struct RetentionSetting {
  std::int64_t runs_keep_days = 90;
  std::int64_t runs_keep_max = 0;     // of each project
  std::int64_t artifacts_max_gb = 0;  // of each project's files, in GiB
};

// What waits over the server may look at; the rules are in coordinator/wait_rules.h.
struct WaitsSetting {
  bool local_sources = false;      // commands, files and logs of the server's own machine
  std::vector<std::string> hosts;  // empty: all but link-local ones
};

struct ServerFile {
  std::string path;
  std::string root;  // folder of the file; paths of secrets are relative to it
  std::int64_t version = 0;
  std::string url;  // where people reach this server, without a slash at its end; empty: messages have no links
  std::vector<WebhookSetting> webhooks;
  std::vector<SlackSetting> slacks;
  GithubSetting github;
  OtlpSetting otlp;
  RetentionSetting retention;
  WaitsSetting waits;
};

struct ServerFileRead {
  std::optional<ServerFile> file;  // there exactly when `problems` is empty
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
};

// `path` is what messages and ServerFile::path name.
ServerFileRead read_server_file(std::string_view text, const std::string& path);

}  // namespace tamarack::config
