#include "cli/server_asks.h"

namespace tamarack::cli {
namespace {

struct Asking : std::enable_shared_from_this<Asking> {
  Asking(client::ApiClient& api_, ServerAsk ask_, std::function<void(Result<io::ClientAnswer>)> done_)
      : api(api_), ask(std::move(ask_)), done(std::move(done_)), began(clock.now()) {}

  void start() {
    io::ClientRequest request = api.request(ask.method, ask.path);
    request.fields.insert(request.fields.end(), ask.fields.begin(), ask.fields.end());
    request.body = ask.body;
    request.body_file = ask.body_file;
    request.save_file = ask.save_file;
    request.silence_timeout = ask.silence;
    request.body_max = UINT64_C(64) << 20;
    io::http_call(api.loop(), std::move(request),
                  [self = shared_from_this()](Result<io::ClientAnswer> answer) { self->came(std::move(answer)); });
  }

  void came(Result<io::ClientAnswer> answer) {
    const bool is_trouble = !answer || answer->status >= 500 || answer->status == 408 || answer->status == 429;
    if (!is_trouble) return done(std::move(answer));
    const Error error = answer ? client::error_of(*answer) : answer.error();
    const Millis pause = client::pause_before(++tries);
    if (!client::is_passing(error) || clock.now() + pause > began + ask.patience) return done(std::move(answer));
    timer = api.loop().after(pause, [self = shared_from_this()] { self->start(); });
  }

  client::ApiClient& api;
  ServerAsk ask;
  std::function<void(Result<io::ClientAnswer>)> done;
  io::SystemClock clock;
  Instant began;
  int tries = 0;
  io::Timer timer;
};

}  // namespace

void ask_server(client::ApiClient& api, ServerAsk ask, std::function<void(Result<io::ClientAnswer>)> done) {
  std::make_shared<Asking>(api, std::move(ask), std::move(done))->start();
}

Result<io::ClientAnswer> ask_server(ServerCalls& calls, ServerAsk ask) {
  Result<io::ClientAnswer> answer = make_error(ErrorCode::cancelled, "interrupted");
  ask_server(calls.api(), std::move(ask), [&](Result<io::ClientAnswer> came) {
    answer = std::move(came);
    calls.loop().stop();
  });
  calls.loop().run();
  return answer;
}

Result<io::ClientAnswer> good_answer(Result<io::ClientAnswer> answer) {
  if (answer && answer->status >= 300) return client::error_of(*answer);
  return answer;
}

}  // namespace tamarack::cli
