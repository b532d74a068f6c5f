// What comes back to src/notify: stored deliveries, events of GitHub, answers, and fields that say when to try again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "notify/delivery.h"
#include "notify/github_event.h"
#include "notify/outbox.h"
#include "notify/plain.h"
#include "notify/request.h"
#include "notify/signature.h"

using namespace tamarack;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto delivery = notify::read_delivery(text)) {
    const auto again = notify::read_delivery(to_json(*delivery));
    if (!again || *again != *delivery) __builtin_trap();
    notify::Outbox outbox;
    if (!outbox.restore("delivery/" + delivery->id, text) || outbox.size() != 1) __builtin_trap();
  }
  if (const auto remembered = notify::read_remembered(text); remembered && *notify::read_remembered(to_json(*remembered)) != *remembered)
    __builtin_trap();
  domain::CiRun run;
  notify::add_github_event(text, run);
  if (!run.commit.empty() && !notify::is_full_commit(run.commit)) __builtin_trap();
  const std::string id = notify::created_id({.body = std::string(text)});
  if (!id.empty() && !parse_integer(id)) __builtin_trap();
  const Instant now = from_ms(1'800'000'000'000);
  for (const notify::WaitFields& fields : {notify::WaitFields{.retry_after = text}, notify::WaitFields{{}, "0", text}})
    if (const auto wait = notify::wanted_wait(fields, now); wait && *wait < Millis{0}) __builtin_trap();
  if (const auto key = notify::parse_webhook_secret(text); key && (key->size() < 24 || key->size() > 64)) __builtin_trap();
  for (const std::size_t bytes : {3UL, 10UL, 100UL}) {
    const std::string cut = notify::cut(text, bytes);
    if (cut.size() > bytes || !is_valid_utf8(cut)) __builtin_trap();
    const std::string line = notify::cut_line(text, bytes);
    if (line.size() > bytes || !is_valid_utf8(line) || line.find('\n') != std::string::npos) __builtin_trap();
  }
  return 0;
}
