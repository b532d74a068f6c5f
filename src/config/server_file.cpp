#include "config/server_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "config/schema.h"
#include "config/section_reader.h"
#include "config/text_checks.h"

namespace tamarack::config {
namespace {

constexpr std::int64_t text_max = 2048;
constexpr std::int64_t entries_max = 1000;
constexpr std::string_view secret_form = "{ env = \"NAME\" } or { file = \"PATH\" }";
const std::vector<std::string_view> event_names{"run.started", "run.finished"};

Section secret(std::string_view name, std::string_view description, bool required) {
  return {.name = name,
          .required = required,
          .description = description,
          .alternatives = {"env", "file"},
          .alternative_required = true,
          .short_form = secret_form,
          .secret = true};
}

const std::vector<Section>& server_sections() {
  static const std::vector<Section> table{
      {.name = "", .description = "What stands before the first section."},
      {.name = "webhook", .repeated = true, .description = "An address that is told of runs, with a signature."},
      secret("webhook.secret", "What the requests are signed with: \"whsec_\" and base64.", true),
      secret("webhook.previous_secret", "While a secret is changed: the old one, which signs as well.", false),
      {.name = "slack", .repeated = true, .description = "A channel of Slack, or of what takes the same messages."},
      secret("slack.url", "The address of the incoming webhook. Whoever has it can post, so it is a secret.", true),
      {.name = "github", .description = "Commit statuses and check runs."},
      secret("github.token", "The token that may write them.", true),
      {.name = "github.repository", .repeated = true, .required = true, .description = "A repository, and whose runs are told to it."},
      {.name = "otlp", .description = "Traces of finished runs for a collector of OpenTelemetry."},
      secret("otlp.header_value", "What stands in `header`.", false),
      {.name = "retention", .description = "How long runs and their files are kept."},
      {.name = "waits", .description = "What waits over the server may look at."},
  };
  return table;
}

// The keys, each with the place of its value.
struct KeyTable {
  std::vector<Key> keys;
  std::vector<Slot (*)(ServerFile&)> slots;

  Key& add(std::string_view section, std::string_view name, Kind kind, std::string_view example, Slot (*slot)(ServerFile&)) {
    Key key{.section = section, .name = name, .kind = kind, .example = example};
    if (kind == Kind::text) key.min = 1, key.max = text_max;
    if (kind == Kind::list) key.max = entries_max;
    keys.push_back(std::move(key));
    slots.push_back(slot);
    return keys.back();
  }
  template <SecretRef& (*Ref)(ServerFile&)>
  void add_secret(std::string_view section) {
    add(section, "env", Kind::text, "\"NAME\"", [](ServerFile& f) -> Slot { return &Ref(f).env; });
    add(section, "file", Kind::text, "\"PATH\"", [](ServerFile& f) -> Slot { return &Ref(f).file; });
  }
};

SecretRef& webhook_secret(ServerFile& f) {
  return f.webhooks.back().secret;
}
SecretRef& webhook_previous(ServerFile& f) {
  return f.webhooks.back().previous_secret;
}
SecretRef& slack_url(ServerFile& f) {
  return f.slacks.back().url;
}
SecretRef& github_token(ServerFile& f) {
  return f.github.token;
}
SecretRef& otlp_header(ServerFile& f) {
  return f.otlp.header_value;
}

void add_messages(KeyTable& t) {
  t.add("webhook", "name", Kind::text, "\"deploy-bot\"", [](ServerFile& f) -> Slot { return &f.webhooks.back().name; }).required = true;
  t.add("webhook", "url", Kind::text, "\"https://example.com/hooks/tamarack\"", [](ServerFile& f) -> Slot {
     return &f.webhooks.back().url;
   }).required = true;
  t.add("webhook", "events", Kind::list, "[\"run.finished\"]", [](ServerFile& f) -> Slot { return &f.webhooks.back().events; }).choices =
      event_names;
  t.add("webhook", "projects", Kind::list, "[\"shop\"]", [](ServerFile& f) -> Slot { return &f.webhooks.back().projects; });
  t.add_secret<webhook_secret>("webhook.secret");
  t.add_secret<webhook_previous>("webhook.previous_secret");
  t.add("slack", "name", Kind::text, "\"team-shop\"", [](ServerFile& f) -> Slot { return &f.slacks.back().name; }).required = true;
  t.add("slack", "events", Kind::list, "[\"run.finished\"]", [](ServerFile& f) -> Slot { return &f.slacks.back().events; }).choices =
      event_names;
  t.add("slack", "when", Kind::choice, "\"failed\"", [](ServerFile& f) -> Slot { return &f.slacks.back().when; }).choices = {"always",
                                                                                                                             "failed"};
  t.add("slack", "projects", Kind::list, "[\"shop\"]", [](ServerFile& f) -> Slot { return &f.slacks.back().projects; });
  t.add_secret<slack_url>("slack.url");
}

void add_systems(KeyTable& t) {
  t.add("github", "api_url", Kind::text, "\"https://git.example.com/api/v3\"", [](ServerFile& f) -> Slot { return &f.github.api_url; });
  t.add("github", "context", Kind::text, "\"tamarack\"", [](ServerFile& f) -> Slot { return &f.github.context; }).max = 100;
  t.add("github", "report", Kind::list, "[\"status\", \"check\"]", [](ServerFile& f) -> Slot { return &f.github.report; }).choices = {
      "status", "check"};
  t.add_secret<github_token>("github.token");
  t.add("github.repository", "name", Kind::text, "\"acme/shop\"", [](ServerFile& f) -> Slot {
     return &f.github.repositories.back().name;
   }).required = true;
  t.add("github.repository", "projects", Kind::list, "[\"shop\"]",
        [](ServerFile& f) -> Slot { return &f.github.repositories.back().projects; });
  t.add("otlp", "endpoint", Kind::text, "\"http://127.0.0.1:4318\"", [](ServerFile& f) -> Slot { return &f.otlp.endpoint; }).required =
      true;
  t.add("otlp", "header", Kind::text, "\"Authorization\"", [](ServerFile& f) -> Slot { return &f.otlp.header; }).max = 100;
  t.add_secret<otlp_header>("otlp.header_value");
  Key& tests = t.add("otlp", "tests_max", Kind::integer, "10000", [](ServerFile& f) -> Slot { return &f.otlp.tests_max; });
  tests.min = 0;
  tests.max = 50'000;
  t.add("otlp", "projects", Kind::list, "[\"shop\"]", [](ServerFile& f) -> Slot { return &f.otlp.projects; });
}

void add_retention(KeyTable& t) {
  const auto number = [&](std::string_view name, std::string_view example, std::int64_t max, Slot (*slot)(ServerFile&)) {
    Key& key = t.add("retention", name, Kind::integer, example, slot);
    key.min = 0;
    key.max = max;
  };
  number("runs_keep_days", "90", 36'500, [](ServerFile& f) -> Slot { return &f.retention.runs_keep_days; });
  number("runs_keep_max", "1000", 10'000'000, [](ServerFile& f) -> Slot { return &f.retention.runs_keep_max; });
  number("artifacts_max_gb", "50", 1'000'000, [](ServerFile& f) -> Slot { return &f.retention.artifacts_max_gb; });
}

void add_waits(KeyTable& t) {
  t.add("waits", "local_sources", Kind::flag, "true", [](ServerFile& f) -> Slot { return &f.waits.local_sources; });
  t.add("waits", "hosts", Kind::list, "[\"*.example.com\"]", [](ServerFile& f) -> Slot { return &f.waits.hosts; });
}

const KeyTable& server_keys() {
  static const KeyTable table = [] {
    KeyTable t;
    Key& version = t.add("", "version", Kind::integer, "1", [](ServerFile& f) -> Slot { return &f.version; });
    version.required = true;
    version.min = version.max = 1;
    t.add("", "url", Kind::text, "\"https://tamarack.example.com\"", [](ServerFile& f) -> Slot { return &f.url; });
    add_messages(t);
    add_systems(t);
    add_retention(t);
    add_waits(t);
    return t;
  }();
  return table;
}

void append(ServerFile& file, const Section& section, std::int64_t line) {
  if (section.name == "webhook") file.webhooks.emplace_back().line = line;
  if (section.name == "slack") file.slacks.emplace_back().line = line;
  if (section.name == "github.repository") file.github.repositories.emplace_back().line = line;
}

// ---- rules that the tables do not say ----------------------------------------------------------------------------------------------

bool only_of(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || more.find(c) != std::string_view::npos;
  });
}

class Checks {
 public:
  Checks(const ServerFile& file, const Positions& positions) : file_(file), positions_(positions) {}

  void run() {
    if (!file_.url.empty()) check_url("url", file_.url);
    std::set<std::string> webhook_names;
    for (std::size_t i = 0; i < file_.webhooks.size(); ++i) check_webhook(fmt::format("webhook[{}]", i), file_.webhooks[i], webhook_names);
    std::set<std::string> slack_names;
    for (std::size_t i = 0; i < file_.slacks.size(); ++i) {
      const std::string path = fmt::format("slack[{}]", i);
      check_name(path, file_.slacks[i].name, slack_names);
      check_secret(path + ".url", file_.slacks[i].url);
    }
    if (!file_.github.token.empty()) check_github();
    if (!file_.otlp.endpoint.empty()) check_otlp();
    check_hosts();
    for (const auto& [path, projects] : project_lists())
      if (std::any_of(projects->begin(), projects->end(), [](const std::string& p) { return p.empty(); }))
        add(path + ".projects", "'projects' must not hold an empty name", "leave 'projects' out for all");
  }

  std::vector<TextProblem> problems_;
  std::vector<TextProblem> warnings_;

 private:
  Position at(const std::string& path) const {
    const auto found = positions_.find(path);
    return found == positions_.end() ? Position{} : found->second;
  }
  void add(const std::string& path, std::string message, std::string hint = {}) {
    problems_.push_back({at(path), std::move(message), std::move(hint)});
  }

  std::vector<std::pair<std::string, const std::vector<std::string>*>> project_lists() const {
    std::vector<std::pair<std::string, const std::vector<std::string>*>> lists{{"otlp", &file_.otlp.projects}};
    for (std::size_t i = 0; i < file_.webhooks.size(); ++i) lists.emplace_back(fmt::format("webhook[{}]", i), &file_.webhooks[i].projects);
    for (std::size_t i = 0; i < file_.slacks.size(); ++i) lists.emplace_back(fmt::format("slack[{}]", i), &file_.slacks[i].projects);
    for (std::size_t i = 0; i < file_.github.repositories.size(); ++i)
      lists.emplace_back(fmt::format("github.repository[{}]", i), &file_.github.repositories[i].projects);
    return lists;
  }

  void check_webhook(const std::string& path, const WebhookSetting& webhook, std::set<std::string>& names) {
    check_name(path, webhook.name, names);
    check_url(path + ".url", webhook.url);
    check_secret(path + ".secret", webhook.secret);
    check_secret(path + ".previous_secret", webhook.previous_secret);
    if (!webhook.secret.empty() && webhook.secret == webhook.previous_secret)
      add(path + ".previous_secret", "'previous_secret' must be another secret than 'secret'", "remove it when the change is over");
  }

  void check_name(const std::string& path, const std::string& name, std::set<std::string>& names) {
    if (name.empty()) return;
    if (!only_of(name, "._-") || name.size() > 64)
      add(path + ".name", "'name' must be at most 64 letters, digits, '.', '_' and '-'");
    else if (!names.insert(name).second)
      add(path + ".name", fmt::format("'name' must differ from the others, got '{}' again", name), "deliveries are kept under it");
  }

  // The value is not shown: people put passwords into addresses.
  void check_url(const std::string& path, const std::string& url) {
    if (url.empty()) return;
    const std::string key = path.substr(path.rfind('.') + 1);
    const bool tls = url.starts_with("https://");
    const std::size_t begin = tls ? 8 : 7;
    const std::string_view rest = url.size() > begin ? std::string_view(url).substr(begin) : std::string_view{};
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c != 0x7f && c != '"' && c != '\\'; });
    if ((!tls && !url.starts_with("http://")) || host.empty() || !plain)
      return add(path, fmt::format("'{}' must be an address that begins with https:// or http://", key));
    if (host.find('@') != std::string_view::npos)
      return add(path, fmt::format("'{}' must not hold a user name or a password", key), "a secret never stands in this file");
    if (url.find('#') != std::string::npos) return add(path, fmt::format("'{}' must not have a fragment (#…)", key));
    const bool near = host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
    if (!tls && !near && path != "url")
      warnings_.push_back({at(path), fmt::format("'{}' is not encrypted: whoever is on the way reads along", key), "use https://"});
  }

  void check_hosts() {
    for (const std::string& host : file_.waits.hosts) {
      const std::string_view name = std::string_view(host).substr(host.starts_with("*.") ? 2 : 0);
      if (!only_of(name, ".-_:[]") || name.find("//") != std::string_view::npos)
        add("waits.hosts",
            fmt::format("'hosts' must hold names such as \"app.example.com\", \"*.example.com\" or \"10.0.0.7:8000\", got '{}'",
                        host.substr(0, 100)));
    }
  }

  void check_secret(const std::string& path, const SecretRef& secret) {
    if (!secret.env.empty() && (!only_of(secret.env, "_") || (secret.env[0] >= '0' && secret.env[0] <= '9')))
      add(path + ".env", "'env' must be the name of a variable: letters, digits and '_'", "not the secret itself");
  }

  void check_github() {
    const GithubSetting& github = file_.github;
    check_secret("github.token", github.token);
    check_url("github.api_url", github.api_url);
    if (github.report.empty()) add("github.report", "'report' must name \"status\", \"check\" or both", "or remove [github]");
    std::set<std::string> names;
    for (std::size_t i = 0; i < github.repositories.size(); ++i) {
      const GithubRepository& repository = github.repositories[i];
      const std::string path = fmt::format("github.repository[{}]", i);
      const std::vector<std::string> parts = split(repository.name, '/');
      const bool good = parts.size() == 2 && only_of(parts[0], "-") && only_of(parts[1], "._-") && parts[1] != "." && parts[1] != "..";
      if (!good && !repository.name.empty())
        add(path + ".name", fmt::format("'name' must be OWNER/REPOSITORY, got '{}'", repository.name.substr(0, 60)),
            "for example \"acme/shop\"");
      if (good && !names.insert(lower(repository.name)).second)
        add(path + ".name", fmt::format("'name' must differ from the others, got '{}' again", repository.name));
      if (github.repositories.size() > 1 && repository.projects.empty())
        add(path, "[[github.repository]] needs 'projects' when there are several repositories", "a commit of one is unknown in the others");
    }
  }

  void check_otlp() {
    check_url("otlp.endpoint", file_.otlp.endpoint);
    check_secret("otlp.header_value", file_.otlp.header_value);
    if (!only_of(file_.otlp.header, "-_")) add("otlp.header", "'header' must be the name of a header: letters, digits, '-' and '_'");
  }

  const ServerFile& file_;
  const Positions& positions_;
};

void trim_slashes(std::string& url) {
  while (url.ends_with('/')) url.pop_back();
}

}  // namespace

ServerFileRead read_server_file(std::string_view text, const std::string& path) {
  ServerFileRead result;
  if (trim(text).empty()) {
    result.problems = with_file({{{}, "the file is empty, expected at least 'version'", "for example version = 1"}}, path);
    return result;
  }
  toml::table root;
  auto problem = check_text(text);
  if (!problem) problem = parse_toml(text, root);
  if (problem) {
    result.problems = with_file({std::move(*problem)}, path);
    return result;
  }
  ServerFile file;
  file.path = path;
  const std::size_t slash = path.rfind('/');
  file.root = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const KeyTable& table = server_keys();
  SectionsRead read =
      read_sections({server_sections(), table.keys},
                    {.slot = [&](const Key& key) { return table.slots[static_cast<std::size_t>(&key - table.keys.data())](file); },
                     .append = [&](const Section& section, std::int64_t line) { append(file, section, line); },
                     .shows_values = false},
                    root);
  if (read.whole) {
    Checks checks(file, read.positions);
    checks.run();
    read.problems.insert(read.problems.end(), checks.problems_.begin(), checks.problems_.end());
    result.warnings = with_file(std::move(checks.warnings_), path);
  }
  result.problems = with_file(std::move(read.problems), path);
  for (std::string* url : {&file.url, &file.github.api_url, &file.otlp.endpoint}) trim_slashes(*url);
  if (result.problems.empty()) result.file = std::move(file);
  return result;
}

}  // namespace tamarack::config
