// Any bytes as server.toml: settings that hold what they promise, or problems that name a place, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/server_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tamarack::config::ServerFileRead read = tamarack::config::read_server_file(text, "server.toml");
  if (read.file.has_value() != read.problems.empty()) __builtin_trap();
  for (const tamarack::config::Problem& problem : read.problems)
    if (problem.line < 1 || problem.column < 1 || problem.message.empty()) __builtin_trap();
  if (!read.file) return 0;
  for (const tamarack::config::WebhookSetting& webhook : read.file->webhooks)
    if (webhook.secret.empty() || webhook.secret.env.empty() == webhook.secret.file.empty()) __builtin_trap();
  for (const tamarack::config::SlackSetting& slack : read.file->slacks)
    if (slack.url.empty()) __builtin_trap();
  if (!read.file->github.token.empty() && read.file->github.repositories.empty()) __builtin_trap();
  return 0;
}
