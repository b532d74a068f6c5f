#include "agent/endpoint.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "io/crypto.h"
#include "wire/local_wait.h"
#include "wire/wait_wish.h"

namespace tamarack::agent {
namespace {

constexpr std::string_view waits_path = "/v1/waits";
constexpr std::int64_t prefer_max_seconds = 24 * 3600;

io::Answer json_answer(int status, std::string body) {
  return {.status = status, .fields = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

// `Prefer: wait=20`; nothing: as long as it takes.
std::optional<Millis> patience_of(const io::RequestHead& head) {
  for (const std::string& part : split(head.field("Prefer"), ',')) {
    const std::string_view preference = trim(part);
    if (!preference.starts_with("wait=")) continue;
    if (const auto seconds = parse_integer(preference.substr(5))) return Millis{std::min(*seconds, prefer_max_seconds) * 1000};
  }
  return std::nullopt;
}

// "/v1/waits/w-1/cancel" -> {"w-1", "/cancel"}
std::pair<std::string, std::string> place_of(std::string_view path) {
  path.remove_prefix(std::min(path.size(), waits_path.size() + 1));
  const std::size_t slash = std::min(path.find('/'), path.size());
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash))};
}

}  // namespace

// One wait, and who listens to it at the moment.
struct Endpoint::Guest::Asked {
  std::shared_ptr<io::Exchange> exchange;
  io::Timer patience;
  std::optional<io::Answer> answer;  // it is over, and nobody has heard yet
  bool by_server = false;
};

Endpoint::Guest::Guest(Endpoint& endpoint, Welcome welcome)
    : endpoint_(endpoint),
      token_(io::sha256_text(io::random_bytes(32))),
      owner_(std::move(welcome.owner)),
      base_url_(std::move(welcome.base_url)),
      project_(std::move(welcome.project)) {
  endpoint_.guests_[token_] = this;
}

Endpoint::Guest::~Guest() {
  while (!asked_.empty()) {
    const domain::WaitId wait = asked_.begin()->first;
    if (const auto exchange = asked_.begin()->second->exchange) exchange->answer(io::problem(410, "the tests that asked have ended"));
    endpoint_.drop(*this, wait, "the tests that asked have ended");
  }
  endpoint_.guests_.erase(token_);
}

Result<std::unique_ptr<Endpoint>> Endpoint::open(io::Loop& loop, LocalWaits& waits, ServerWaits* server) {
  std::unique_ptr<Endpoint> endpoint(new Endpoint(loop, waits, server));
  Endpoint* self = endpoint.get();
  endpoint->http_ =
      TRY(io::HttpServer::listen(loop, {},
                                 {.admit = [self](const io::RequestHead& head) { return self->admit(head); },
                                  .handle = [self](const io::IncomingRequest& request,
                                                   const std::shared_ptr<io::Exchange>& exchange) { self->handle(request, exchange); }}));
  return endpoint;
}

Endpoint::~Endpoint() {
  CHECK(guests_.empty(), "{} invocations outlive their endpoint", guests_.size());
}

std::string Endpoint::url() const {
  return fmt::format("http://127.0.0.1:{}", http_->port());
}

std::unique_ptr<Endpoint::Guest> Endpoint::welcome(Welcome welcome) {
  return std::unique_ptr<Guest>(new Guest(*this, std::move(welcome)));
}

Endpoint::Guest* Endpoint::guest_of(const io::RequestHead& head) const {
  std::string_view token = head.field("Authorization");
  if (!starts_with_ignoring_case(token, "Bearer ")) return nullptr;
  token.remove_prefix(7);
  const auto guest = guests_.find(std::string(trim(token)));
  return guest == guests_.end() ? nullptr : guest->second;
}

io::Admission Endpoint::admit(const io::RequestHead& head) const {
  io::Admission admission{.refused = std::nullopt, .body_max = wire::local_wish_bytes_max};
  if (guest_of(head) == nullptr)
    admission.refused =
        io::problem(401, "the secret of TAMARACK_AGENT_TOKEN is wanted as a bearer token; it is worth something only while its tests run");
  return admission;
}

void Endpoint::handle(const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
  const io::RequestHead& head = request.head;
  Guest* guest = guest_of(head);
  if (guest == nullptr) return exchange->answer(io::problem(401, "the tests that asked have ended"));
  if (head.path == waits_path && head.method == "POST") return park(*guest, request, exchange);
  if (!head.path.starts_with(std::string(waits_path) + "/")) return exchange->answer(io::problem(404, "there is no such address"));
  const auto [id, rest] = place_of(head.path);
  const domain::WaitId wait{id};
  if (!guest->asked_.contains(wait)) return exchange->answer(io::problem(404, fmt::format("there is no wait '{}' of these tests", id)));
  if (rest.empty() && head.method == "GET") return listen(*guest, wait, head, exchange);
  if (rest != "/cancel" || head.method != "POST") return exchange->answer(io::problem(404, "there is no such address"));
  if (guest->asked_.at(wait)->by_server)
    server_->cancel(wait);
  else
    waits_.cancel(wait, "cancelled by the test");
  exchange->answer(json_answer(202, wire::local_wait_parked(id)));
}

void Endpoint::park(Guest& guest, const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
  const auto local = wire::read_local_wish(request.body);
  if (!local) return exchange->answer(io::problem(400, local.error().message));
  auto spec = wire::read_wait_wish(local->wish, local->captures, guest.base_url_);
  if (!spec) return exchange->answer(io::problem(400, spec.error().message));
  if (guest.asked_.size() >= waits_of_guest_max)
    return exchange->answer(io::problem(429, fmt::format("{} waits of these tests are open already", waits_of_guest_max)));
  if (spec->owner.empty()) spec->owner = guest.owner_;
  // What is wrong with captured values is found here, wherever it would be decided.
  const Decider decider = spec->problems.empty() ? decider_of(*spec) : Decider::agent;
  const bool by_server = decider == Decider::server;
  if (decider == Decider::nobody)
    return exchange->answer(json_answer(
        200, wire::local_wait_invalid(
                 "a wait in a test is for jobs and signals of Tamarack, or for other conditions, not for both; use two waits")));
  if (by_server && server_ == nullptr)
    return exchange->answer(
        json_answer(200, wire::local_wait_invalid("jobs and signals of Tamarack are known to a server, and these tests run without one")));
  // The secret, because the guest may be gone by then.
  const auto over = [this, token = guest.token_, alive = std::weak_ptr(alive_)](const domain::WaitId& wait, Result<std::string> told) {
    if (!alive.expired()) outcome(token, wait, std::move(told));
  };
  auto id = std::make_shared<domain::WaitId>();
  const auto heard = [over, id](Result<std::string> told) { over(*id, std::move(told)); };
  *id = by_server ? server_->park(wire::wish_for_server(*local, *spec), guest.project_, heard) : waits_.park(std::move(*spec), heard);
  auto asked = std::make_unique<Guest::Asked>();
  asked->by_server = by_server;
  guest.asked_[*id] = std::move(asked);
  listen(guest, *id, request.head, exchange);
}

void Endpoint::listen(Guest& guest, const domain::WaitId& wait, const io::RequestHead& head,
                      const std::shared_ptr<io::Exchange>& exchange) {
  Guest::Asked& asked = *guest.asked_.at(wait);
  if (asked.answer) {
    exchange->answer(*asked.answer);
    guest.asked_.erase(wait);
    return;
  }
  // One listens at a time: whoever asks again has given the first question up.
  if (const auto before = std::exchange(asked.exchange, exchange)) before->answer(json_answer(202, wire::local_wait_parked(wait.value)));
  const auto alive = std::weak_ptr(alive_);
  const auto listening = [this, alive, token = guest.token_, wait, which = exchange.get()]() -> Guest* {
    if (alive.expired()) return nullptr;
    const auto still = guests_.find(token);
    if (still == guests_.end()) return nullptr;
    const auto one = still->second->asked_.find(wait);
    return one != still->second->asked_.end() && one->second->exchange.get() == which ? still->second : nullptr;
  };
  exchange->on_gone([this, listening, wait] {
    if (Guest* still = listening()) drop(*still, wait, "the test hung up");
  });
  const auto patience = patience_of(head);
  if (!patience) return;
  asked.patience = loop_.after(*patience, [listening, wait] {
    Guest* still = listening();
    if (still == nullptr) return;
    const auto answered = std::exchange(still->asked_.at(wait)->exchange, nullptr);
    answered->answer(json_answer(202, wire::local_wait_parked(wait.value)));
  });
}

void Endpoint::outcome(const std::string& token, const domain::WaitId& wait, Result<std::string> outcome) {
  const auto guest = guests_.find(token);
  if (guest == guests_.end()) return;
  const auto asked = guest->second->asked_.find(wait);
  if (asked == guest->second->asked_.end()) return;
  const int trouble = !outcome && outcome.error().code == ErrorCode::limit_exceeded ? 429 : 503;
  io::Answer answer = outcome ? json_answer(200, std::move(*outcome)) : io::problem(trouble, outcome.error().message);
  if (!asked->second->exchange) {
    asked->second->patience.cancel();
    asked->second->answer = std::move(answer);
    return;
  }
  const auto exchange = asked->second->exchange;
  guest->second->asked_.erase(asked);
  exchange->answer(answer);
}

void Endpoint::drop(Guest& guest, const domain::WaitId& wait, const std::string& reason) {
  const auto asked = guest.asked_.find(wait);
  if (asked->second->by_server)
    server_->drop(wait);
  else
    waits_.drop(wait, reason);
  guest.asked_.erase(asked);
}

}  // namespace tamarack::agent
