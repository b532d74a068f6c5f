#include "cli/webhook_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/parse_instant.h"
#include "base/text.h"
#include "cli/answer_json.h"
#include "cli/minute.h"
#include "cli/outputs.h"
#include "cli/server_asks.h"
#include "flow/json_path.h"
#include "io/files.h"
#include "report/cells.h"
#include "wire/flow_api.h"

namespace tamarack::cli {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::string_view hooks_path = "/api/v1/hooks";
constexpr std::uint64_t secret_file_bytes_max = 4096;

int end_with(const Result<>& result) {
  return result ? 0 : complain(result.error());
}

std::string end_of(const object& hook) {
  const auto expires = parse_instant(text_of(hook, "expires_at"));
  return expires ? minute_of(*expires) : "never";
}

bool is_for_one_wait(const object& hook) {
  const value* once = hook.if_contains("once");
  return once != nullptr && once->is_bool() && once->get_bool();
}

Result<std::string> secret_from(const std::string& file) {
  if (file.empty()) return std::string{};
  const std::string text = TRY(io::read_file(file == "-" ? "/dev/stdin" : file, secret_file_bytes_max));
  const std::string secret(trim(text));
  if (secret.empty())
    return make_error(ErrorCode::invalid_argument, "--secret-file: there is nothing in it",
                      "leave the option out and the server makes one");
  return secret;
}

Result<> create(const WebhookCreateOptions& options) {
  wire::HookWish wish{.key = options.key,
                      .project = options.project,
                      .secret = TRY(secret_from(options.secret_file)),
                      .header = options.header,
                      .once = options.once};
  if (!options.scheme.empty()) wish.scheme = options.scheme;
  if (options.expires) wish.retention_ms = options.expires->count();
  ServerCalls calls(TRY(server_address(options.server)));
  // Asked once: an answer that got lost would leave an address that nobody knows, and another attempt a second one.
  const io::ClientAnswer answer = TRY(good_answer(ask_server(
      calls,
      {.method = "POST", .path = std::string(hooks_path), .fields = {{"Content-Type", "application/json"}}, .body = wire::encode(wish)})));
  if (options.json) {
    std::printf("%s\n", answer.body.c_str());
    return {};
  }
  const auto document = flow::parse_document(answer.body);
  const object* hook = document ? document->if_object() : nullptr;
  if (hook == nullptr || text_of(*hook, "url").empty()) return make_error(ErrorCode::corrupt, "the server's answer is no webhook");
  std::printf("%s%s\n", calls.url().c_str(), text_of(*hook, "url").c_str());
  const std::string secret = text_of(*hook, "secret");
  if (!secret.empty()) std::printf("%s\n", secret.c_str());
  const std::string header = text_of(*hook, "header");
  const std::string until = end_of(*hook);
  std::fprintf(stderr, "created a webhook for %s '%s': requests are %s, %s\n", is_for_one_wait(*hook) ? "one wait on" : "the key",
               report::printable(options.key).c_str(),
               secret.empty() ? "not signed"
                              : fmt::format("signed as {}{}", text_of(*hook, "scheme"), header.empty() ? "" : " in " + header).c_str(),
               until == "never" ? "it never expires" : fmt::format("it expires {} UTC", until).c_str());
  std::fprintf(stderr, "%s shown this once\n", secret.empty() ? "its address is" : "its address, and the secret below it, are");
  return {};
}

Result<std::vector<object>> read_list(const std::string& body) {
  const auto document = flow::parse_document(body);
  const object* page = document ? document->if_object() : nullptr;
  const value* list = page == nullptr ? nullptr : page->if_contains("hooks");
  if (list == nullptr || !list->is_array()) return make_error(ErrorCode::corrupt, "the server's answer is no list of webhooks");
  std::vector<object> hooks;
  for (const value& item : list->get_array())
    if (item.is_object()) hooks.push_back(item.get_object());
  return hooks;
}

void print_table(const std::vector<object>& hooks) {
  std::size_t key_width = 3;
  std::size_t project_width = 7;
  for (const object& hook : hooks) {
    key_width = std::max(key_width, report::cells_of(report::printable(text_of(hook, "key"))));
    project_width = std::max(project_width, report::cells_of(report::printable(text_of(hook, "project"))));
  }
  const auto row = [&](const std::string& name, const std::string& key, const std::string& project, const std::string& scheme,
                       const std::string& use, const std::string& expires) {
    std::printf("%-12s  %s  %s  %-17s  %-8s  %s\n", name.c_str(), report::pad(report::printable(key), key_width).c_str(),
                report::pad(report::printable(project), project_width).c_str(), scheme.c_str(), use.c_str(), expires.c_str());
  };
  row("webhook", "key", "project", "signed as", "for", "expires (UTC)");
  for (const object& hook : hooks)
    row(text_of(hook, "hook"), text_of(hook, "key"), text_of(hook, "project"), text_of(hook, "scheme"),
        is_for_one_wait(hook) ? "one wait" : "the key", end_of(hook));
}

Result<> list(const WebhookListOptions& options) {
  ServerCalls calls(TRY(server_address(options.server)));
  const std::string body = TRY(calls.get(std::string(hooks_path)));
  const std::vector<object> hooks = TRY(read_list(body));
  if (options.json)
    for (const object& hook : hooks) std::printf("%s\n", boost::json::serialize(hook).c_str());
  else if (hooks.empty())
    std::fprintf(stderr, "there is no webhook\n");
  else
    print_table(hooks);
  return {};
}

Result<> remove(const WebhookRemoveOptions& options) {
  const std::size_t slash = options.webhook.rfind('/');
  const std::string name = slash == std::string::npos ? options.webhook : options.webhook.substr(slash + 1);
  if (name.empty())
    return make_error(ErrorCode::invalid_argument, "the name of the webhook is empty", "`tamarack webhook list` shows them");
  ServerCalls calls(TRY(server_address(options.server)));
  auto answer = good_answer(ask_server(calls, {.method = "DELETE", .path = fmt::format("{}/{}", hooks_path, io::url_segment(name))}));
  if (!answer && answer.error().code == ErrorCode::not_found)
    return make_error(ErrorCode::not_found, "there is no such webhook", "`tamarack webhook list` shows them");
  if (!answer) return std::move(answer).error();
  std::fprintf(stderr, "removed: its address does not answer any more\n");
  return {};
}

}  // namespace

int webhook_create_command(const WebhookCreateOptions& options) {
  return end_with(create(options));
}

int webhook_list_command(const WebhookListOptions& options) {
  return end_with(list(options));
}

int webhook_remove_command(const WebhookRemoveOptions& options) {
  return end_with(remove(options));
}

}  // namespace tamarack::cli
