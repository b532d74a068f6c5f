#include "coordinator/hook_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/flow_scope.h"
#include "coordinator/hook_check.h"
#include "io/crypto.h"
#include "io/ws_codec.h"
#include "notify/signature.h"
#include "report/json_writer.h"
#include "wire/flow_api.h"

namespace tamarack::coordinator {
namespace {

constexpr std::string_view token_prefix = "hk_";
constexpr std::int64_t retention_ms_max = 400LL * 86'400'000;
// Of a webhook for one wait that says nothing else: as long as a wait may last, and as long before it.
constexpr Millis once_lifetime = 2 * flow::wait_limit_max;
// Its mailbox is remembered until after that, however the clock was set meanwhile.
constexpr Millis once_mailbox_longer{86'400'000};
constexpr std::size_t secret_bytes_min = 16;
constexpr std::size_t secret_bytes_max = 512;
constexpr std::int64_t full_retry_s = 60;
constexpr std::size_t shown_hash_digits = 12;  // of a hook's hash: enough to tell one from another, of no use to call it

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return text;
}

bool is_field_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::vector<std::string> problems_of(const wire::HookWish& wish) {
  std::vector<std::string> problems;
  if (const std::string problem = problem_of_key(wish.key); !problem.empty()) problems.push_back(problem);
  if (!is_hook_scheme(wish.scheme))
    problems.push_back(fmt::format("/scheme: expected standard-webhooks, hmac-sha256 or none, got '{}'", wish.scheme.substr(0, 50)));
  if (wish.retention_ms < -1 || wish.retention_ms > retention_ms_max)
    problems.push_back(fmt::format("/retention_ms: expected 0 (until it is deleted) to {}", retention_ms_max));
  if (!wish.header.empty() && !is_field_name(wish.header)) problems.emplace_back("/header: expected the name of a header");
  if (wish.secret.empty()) return problems;
  // The value is never shown.
  if (wish.scheme == "none") problems.emplace_back("/secret: the scheme 'none' uses none");
  if (wish.scheme == "hmac-sha256" && (wish.secret.size() < secret_bytes_min || wish.secret.size() > secret_bytes_max))
    problems.push_back(fmt::format("/secret: expected {} to {} bytes", secret_bytes_min, secret_bytes_max));
  if (wish.scheme == "standard-webhooks" && !notify::parse_webhook_secret(wish.secret))
    problems.emplace_back("/secret: expected \"whsec_\" and base64 of 24 to 64 bytes");
  return problems;
}

std::string new_secret(const std::string& scheme) {
  if (scheme == "none") return {};
  return scheme == "hmac-sha256" ? hexadecimal(io::random_bytes(32)) : "whsec_" + io::base64(io::random_bytes(32));
}

// Why a key cannot be for one wait; empty: it can, or is already.
std::string why_not_once(const flow::Board& board, const std::string& key) {
  const auto mailbox = board.mailboxes.find(key);
  if (mailbox == board.mailboxes.end()) return {};
  if (!mailbox->second.once)
    return fmt::format("'{}' is used already, by a signal or a wait; make its webhook before them, or take another key", shown_name(key));
  if (mailbox->second.closed) return fmt::format("the one wait of '{}' is over; take another key", shown_name(key));
  return {};
}

io::Answer no_such_hook() {
  return io::problem(404, "there is no such webhook");
}

}  // namespace

HookRoutes::HookRoutes(FlowParts& parts, store::HookStore& hooks, SignalRoutes& signals)
    : parts_(parts), hooks_(hooks), signals_(signals) {}

void HookRoutes::handle(const Call& call) {
  switch (call.route->id) {
    case RouteId::hook_create:
      return create(call);
    case RouteId::hooks:
      return list(call);
    case RouteId::hook_remove:
      return remove(call);
    default:
      return called(call);
  }
}

void HookRoutes::create(const Call& call) {
  const auto wish = wire::read_hook_wish(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const std::vector<std::string> problems = problems_of(*wish);
  if (!problems.empty()) return call.exchange->answer(io::problem(400, join(problems, "; ")));
  const auto project = project_of_new(call.caller, wish->project);
  if (!project) return call.exchange->answer(trouble(project.error()));
  const Instant now = parts_.server.clock.now();
  if (const auto room = make_room(now); !room) return call.exchange->answer(trouble(room.error()));
  std::string token = std::string(token_prefix) + hexadecimal(io::random_bytes(32));
  store::HookRow hook{.token_hash = io::sha256_text(token),
                      .project = *project,
                      .key = scoped(*project, wish->key),
                      .scheme = wish->scheme,
                      .secret = wish->secret.empty() ? new_secret(wish->scheme) : wish->secret,
                      .header = wish->header.empty() ? std::string(default_signature_header) : wish->header,
                      .once = wish->once,
                      .created = now,
                      .expires = {}};
  if (hook.once) hook.expires = now + once_lifetime;
  if (wish->retention_ms > 0) hook.expires = now + Millis{wish->retention_ms};
  if (hook.key.size() > flow::signal_name_bytes_max)
    return call.exchange->answer(io::problem(400, fmt::format("/key: with its project at most {} bytes", flow::signal_name_bytes_max)));
  if (hook.once) return open_for_one_wait(call, std::move(hook), std::move(token));
  call.exchange->answer(keep(hook, token));
}

Result<> HookRoutes::make_room(Instant now) {
  const std::vector<store::HookRow> present = TRY(hooks_.list_hooks());
  if (present.size() < hooks_max) return {};
  std::size_t removed = 0;
  for (const store::HookRow& hook : present) {
    if (!hook.expires || now < *hook.expires) continue;
    TRY_VOID(hooks_.remove_hook(hook.token_hash));
    ++removed;
  }
  if (removed > 0) return {};
  return make_error(ErrorCode::conflict, fmt::format("there are {} webhooks already; delete some", hooks_max));
}

// The mailbox first: a webhook that is there is never without it.
void HookRoutes::open_for_one_wait(const Call& call, store::HookRow hook, std::string token) {
  if (const std::string why = why_not_once(parts_.desk.live(), hook.key); !why.empty()) return call.exchange->answer(io::problem(409, why));
  const flow::OpenMailbox open{hook.key, *hook.expires - hook.created + once_mailbox_longer};
  parts_.desk.feed(open, [this, hook = std::move(hook), token = std::move(token), exchange = call.exchange,
                          alive = std::weak_ptr(alive_)](const Result<std::vector<flow::Effect>>& opened) {
    if (!opened) return exchange->answer(board_trouble(opened.error()));
    if (alive.expired()) return exchange->answer(busy("the server stops", 1));
    const auto& mailboxes = parts_.desk.shown().mailboxes;
    const auto mailbox = mailboxes.find(hook.key);
    if (mailbox == mailboxes.end() || !mailbox->second.once)
      return exchange->answer(busy("the server has as many keys of signals as it may", full_retry_s));
    exchange->answer(keep(hook, token));
  });
}

// The answer has what is said only now.
io::Answer HookRoutes::keep(const store::HookRow& hook, const std::string& token) {
  if (const auto added = hooks_.add_hook(hook); !added) return trouble(added.error());
  report::JsonWriter out;
  out.begin_object();
  out.field("token", token);
  out.field("url", fmt::format("/api/v1/hooks/{}", token));
  out.field("key", shown_name(hook.key));
  out.field("project", hook.project);
  out.field("scheme", hook.scheme);
  out.field("once", hook.once);
  if (hook.scheme == "hmac-sha256") out.field("header", hook.header);
  if (!hook.secret.empty()) out.field("secret", hook.secret);
  if (hook.expires) out.field("expires_at", iso8601(*hook.expires));
  out.end_object();
  return json_answer(std::move(out).take(), 201);
}

void HookRoutes::list(const Call& call) {
  const auto all = hooks_.list_hooks();
  if (!all) return call.exchange->answer(trouble(all.error()));
  report::JsonWriter out;
  out.begin_object();
  out.key("hooks");
  out.begin_array();
  for (const store::HookRow& hook : *all) {
    if (!call.reaches(hook.project)) continue;
    out.begin_object();
    out.field("hook", hook.token_hash.substr(0, shown_hash_digits));
    out.field("key", shown_name(hook.key));
    out.field("project", hook.project);
    out.field("scheme", hook.scheme);
    out.field("once", hook.once);
    out.field("created_at", iso8601(hook.created));
    if (hook.expires) out.field("expires_at", iso8601(*hook.expires));
    out.end_object();
  }
  out.end_array();
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take()));
}

// By its token, or by the name that the list shows, since nobody else knows the token any more.
void HookRoutes::remove(const Call& call) {
  const std::string named = call.parameter("token");
  const auto all = hooks_.list_hooks();
  if (!all) return call.exchange->answer(trouble(all.error()));
  const std::string hash = io::sha256_text(named);
  for (const store::HookRow& hook : *all) {
    const bool is_it = hook.token_hash == hash || hook.token_hash.substr(0, shown_hash_digits) == named;
    if (!is_it || !call.reaches(hook.project)) continue;
    const auto removed = hooks_.remove_hook(hook.token_hash);
    return call.exchange->answer(removed ? no_content() : trouble(removed.error()));
  }
  call.exchange->answer(no_such_hook());
}

void HookRoutes::called(const Call& call) {
  const Instant now = parts_.server.clock.now();
  const auto hook = hooks_.find_hook(io::sha256_text(call.parameter("token")));
  if (!hook) return call.exchange->answer(trouble(hook.error()));
  if (!*hook) {
    ++unknown_;
    if (const auto wait = guess_rate_.take(call.request.head.peer, now)) {
      io::Answer answer = io::problem(429, fmt::format("too many requests to addresses that are not there; wait {} s", *wait));
      answer.fields.emplace_back("Retry-After", std::to_string(*wait));
      return call.exchange->answer(answer);
    }
    return call.exchange->answer(no_such_hook());
  }
  if ((*hook)->expires && now >= *(*hook)->expires) return call.exchange->answer(io::problem(410, "the webhook has expired"));
  if (const std::string why = why_forged(**hook, call.request.head.fields, call.request.body, now); !why.empty()) {
    forged(**hook, why);
    return call.exchange->answer(io::problem(401, why));
  }
  if ((*hook)->once && !parts_.desk.live().mailboxes.contains((*hook)->key))
    return call.exchange->answer(io::problem(410, "the webhook was for one wait, and what became of that is not remembered any more"));
  auto signal = signal_of(**hook, call.request.head.fields, call.request.body);
  if (!signal) return call.exchange->answer(trouble(signal.error()));
  signals_.deliver(std::move(*signal), [exchange = call.exchange](const io::Answer& answer) { exchange->answer(answer); });
}

void HookRoutes::forged(const store::HookRow& hook, const std::string& why) {
  ++forged_;
  const std::string name = hook.token_hash.substr(0, shown_hash_digits);
  if (log_rate_.take(name, parts_.server.clock.now()) || !parts_.server.settings.say) return;
  parts_.server.settings.say(fmt::format("webhook {} for '{}' refused a request: {}", name, shown_name(hook.key), why));
}

}  // namespace tamarack::coordinator
