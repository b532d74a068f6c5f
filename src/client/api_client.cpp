#include "client/api_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "wire/api.h"

namespace tamarack::client {
namespace {

constexpr Millis link_timeout{5'000};
constexpr std::size_t message_max = 32 << 20;  // of an agent's protocol
constexpr std::size_t outgoing_max = 64 << 20;

// Trying again does not mend a certificate; knowing where to put its authority may.
Error with_hint(Error error) {
  if (error.hint.empty() && error.message.find("the certificate was refused") != std::string::npos)
    error.hint = "name the certificate authority of the server with --ca-file";
  return error;
}

std::string detail_of(const io::ClientAnswer& answer) {
  const auto problem = wire::decode<wire::Problem>(answer.body);
  if (problem && !problem->detail.empty()) return problem->detail;
  return fmt::format("the server answered {} {}", answer.status, io::reason_of(answer.status));
}

}  // namespace

Result<std::string> checked_url(const std::string& url) {
  const std::string hint = "for example --server https://tamarack.example:8420";
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return make_error(ErrorCode::invalid_argument, fmt::format("expected the address of a server, got '{}'", url), hint);
  const auto parsed = io::parse_http_url(url);
  if (!parsed) return make_error(ErrorCode::invalid_argument, parsed.error().message, hint);
  if (parsed->target != "/")
    return make_error(ErrorCode::invalid_argument, fmt::format("'{}' has a path; expected an address alone", url), hint);
  return url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
}

Error error_of(const io::ClientAnswer& answer) {
  if (answer.status == 401)
    return make_error(ErrorCode::invalid_argument, "the server did not accept the token: " + detail_of(answer),
                      "`tamarack token create` on the server makes one; pass it with --token-file or $TAMARACK_TOKEN");
  if (answer.status == 403) return make_error(ErrorCode::invalid_argument, "the token's rights do not suffice: " + detail_of(answer));
  return make_error(io::code_of_status(answer.status), detail_of(answer));
}

bool is_passing(const Error& error) {
  return error.code == ErrorCode::unavailable && error.message.find("the certificate was refused") == std::string::npos;
}

Millis pause_before(int n) {
  return std::min(Millis{10'000}, Millis{250} * (1 << std::clamp(n - 1, 0, 6)));
}

io::ClientRequest ApiClient::request(const std::string& method, const std::string& path) const {
  io::ClientRequest request{.method = method, .url = address_.url + path, .ca_file = address_.ca_file};
  if (!address_.token.empty()) request.fields.emplace_back("Authorization", "Bearer " + address_.token);
  return request;
}

void ApiClient::connect(const std::string& path, std::function<void(Result<std::unique_ptr<io::Link>>)> done) {
  const io::ClientRequest base = request("GET", path);
  io::connect_websocket(loop_,
                        {.url = base.url,
                         .fields = base.fields,
                         .timeout = link_timeout,
                         .ca_file = base.ca_file,
                         .message_max = message_max,
                         .outgoing_max = outgoing_max},
                        [done = std::move(done), alive = std::weak_ptr(alive_)](Result<std::unique_ptr<io::Link>> link) {
                          if (!alive.expired()) done(std::move(link));
                        });
}

struct ApiClient::Attempt {
  ApiCall call;
  std::function<void(Result<std::string>)> done;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  int tries = 0;
  io::Timer pause;
};

void ApiClient::call(ApiCall call, std::function<void(Result<std::string>)> done) {
  attempt(std::make_shared<Attempt>(Attempt{.call = std::move(call), .done = std::move(done)}));
}

void ApiClient::attempt(const std::shared_ptr<Attempt>& attempt) {
  io::ClientRequest request = this->request(attempt->call.method, attempt->call.path);
  request.body = attempt->call.body;
  request.silence_timeout = attempt->call.silence;
  request.body_max = attempt->call.answer_max;
  if (!request.body.empty()) request.fields.emplace_back("Content-Type", "application/json");
  ++attempt->tries;
  io::http_call(loop_, std::move(request), [this, attempt, alive = std::weak_ptr(alive_)](Result<io::ClientAnswer> answer) {
    if (alive.expired()) return;
    if (!answer) return failed(attempt, with_hint(answer.error()));
    if (answer->status / 100 != 2) return failed(attempt, error_of(*answer));
    attempt->done(std::move(answer->body));
  });
}

void ApiClient::failed(const std::shared_ptr<Attempt>& attempt, const Error& error) {
  const Millis pause = pause_before(attempt->tries);
  const auto spent = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - attempt->began);
  if (!is_passing(error) || spent + pause > attempt->call.patience) return attempt->done(error);
  if (attempt->tries == 1 && attempt->call.on_retry) attempt->call.on_retry(error);
  // The timer belongs to the attempt, and the attempt to the timer: broken when it fires.
  attempt->pause = loop_.after(pause, [this, attempt, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) this->attempt(attempt);
  });
}

}  // namespace tamarack::client
