#include "agent/app.h"

#include "base/text.h"
#include "io/files.h"

namespace tamarack::agent {
namespace {

constexpr std::size_t recent_bytes_max = 1 << 20;         // kept in memory, for windows of tests
constexpr std::int64_t log_file_bytes_max = 256LL << 20;  // on disk
constexpr std::size_t tail_bytes = 8 * 1024;
constexpr std::size_t window_bytes_max = 32 * 1024;
constexpr std::size_t ready_line_bytes_max = 8 * 1024;
constexpr int health_misses_max = 3;

}  // namespace

App::App(io::Loop& loop, const AgentSettings& settings, const Clock& clock, AppCallbacks callbacks)
    : loop_(loop), settings_(settings), clock_(clock), callbacks_(std::move(callbacks)) {}

App::~App() {
  process_.reset();
  if (log_file_ != nullptr) std::fclose(log_file_);
}

std::string App::url_of(const std::string& path) const {
  const std::string filled = fill_in(path, place_, settings_.seed);
  if (filled.starts_with("http://")) return filled;
  return fmt::format("http://127.0.0.1:{}{}{}", place_.port, filled.starts_with("/") ? "" : "/", filled);
}

// A readiness address that answers before the application was started belongs to somebody else: its tests would test a stranger.
bool App::something_answers_already(std::string& where) const {
  const AppSettings& app = settings_.app;
  std::string host;
  std::string port = std::to_string(place_.port);
  if (!app.ready_http.empty()) {
    const auto url = io::parse_url(url_of(app.ready_http));
    if (!url) return false;
    host = url->host;
    port = url->port;
  } else if (!app.ready_tcp.empty()) {
    const std::string filled = fill_in(app.ready_tcp, place_, settings_.seed);
    const std::size_t colon = filled.rfind(':');
    host = filled.substr(0, colon);
    port = colon == std::string::npos ? filled : filled.substr(colon + 1);
  }
  const bool local = host.empty() || host == "127.0.0.1" || host == "localhost" || host == "[::1]" || host == "0.0.0.0";
  const auto number = parse_integer(port);
  where = "port " + port;
  return local && number && io::port_answers(static_cast<int>(*number));
}

void App::start(const WorkerPlace& place) {
  place_ = place;
  phase_ = Phase::starting;
  started_ = clock_.now();
  health_misses_ = 0;
  last_refusal_.clear();
  line_.clear();
  const AppSettings& app = settings_.app;
  if (!app.ready_log.empty()) ready_line_ = std::regex(app.ready_log, std::regex::ECMAScript);

  std::string where;
  if (something_answers_already(where)) {
    loop_.post([this, where, alive = std::weak_ptr(alive_)] {
      if (!alive.expired())
        down(fmt::format(
            "another process already answers on {}: the tests would run against it. Use {{port}} in app.start and app.ready, so "
            "that every worker gets a free port of its own, or stop the other process",
            where));
    });
    return;
  }
  if (log_file_ == nullptr) log_file_ = std::fopen(fmt::format("{}/workers/{}/app.log", settings_.run_dir, place_.slot).c_str(), "ae");

  std::map<std::string, std::string> env = environment_of(settings_, place_);
  for (const auto& [name, value] : app.env) env[name] = fill_in(value, place_, settings_.seed);
  auto started = io::start_process(
      loop_, {.argv = {"/bin/sh", "-c", fill_in(app.start, place_, settings_.seed)}, .env = env, .directory = app.directory},
      {.on_output = [this](std::string_view bytes) { took_output(bytes); },
       .on_errput = [this](std::string_view bytes) { took_output(bytes); },
       .on_exit = [this](const io::ExitStatus& status) { exited(status); }});
  if (!started) {
    loop_.post([this, message = started.error().message, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) down(message);
    });
    return;
  }
  process_ = std::move(*started);
  deadline_ = loop_.after(app.ready_timeout, [this] {
    if (phase_ != Phase::starting) return;
    std::string message = fmt::format("the application was not ready within {}", human_duration(settings_.app.ready_timeout));
    if (!last_refusal_.empty()) message += "; last: " + last_refusal_;
    down(std::move(message), false);
  });
  if (app.ready_log.empty()) probe();
}

void App::took_output(std::string_view bytes) {
  if (log_file_ != nullptr && log_size_ < log_file_bytes_max) {
    std::fwrite(bytes.data(), 1, bytes.size(), log_file_);
    std::fflush(log_file_);
  }
  log_size_ += static_cast<std::int64_t>(bytes.size());
  recent_.append(bytes);
  if (recent_.size() > 2 * recent_bytes_max) recent_.erase(0, recent_.size() - recent_bytes_max);
  if (phase_ != Phase::starting || settings_.app.ready_log.empty()) return;
  if (line_.size() < 2 * ready_line_bytes_max || bytes.find('\n') != std::string_view::npos) line_.append(bytes);
  for (std::size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
    // libstdc++'s regex recurses per character: a line of megabytes must not reach it.
    const std::string line = strip_ansi(line_.substr(0, std::min(end, ready_line_bytes_max)));
    line_.erase(0, end + 1);
    if (std::regex_search(line.begin(), line.end(), ready_line_)) return became_ready();
  }
}

void App::probe_later() {
  // Often at first, because most applications are up within a second, then at a pace that costs nothing.
  const Millis since = clock_.now() - started_;
  probe_timer_ = loop_.after(since < Millis{2000} ? Millis{25} : Millis{250}, [this] { probe(); });
}

void App::probe() {
  if (phase_ != Phase::starting) return;
  const AppSettings& app = settings_.app;
  if (!app.ready_http.empty()) {
    io::http_request(loop_, {.url = url_of(app.ready_http), .timeout = Millis{2000}},
                     [this, alive = std::weak_ptr(alive_)](const Result<io::HttpResponse>& response) {
                       if (alive.expired() || phase_ != Phase::starting) return;
                       // Any answer below 400 counts as ready, as with Playwright's webServer; 404 on "/" is common and says it listens.
                       if (response && response->status < 400) return became_ready();
                       last_refusal_ = response ? fmt::format("status {}", response->status) : response.error().message;
                       probe_later();
                     });
    return;
  }
  const std::string address =
      app.ready_tcp.empty() ? fmt::format("127.0.0.1:{}", place_.port) : fill_in(app.ready_tcp, place_, settings_.seed);
  const std::size_t colon = address.rfind(':');
  io::tcp_probe(loop_, colon == std::string::npos ? "127.0.0.1" : address.substr(0, colon),
                colon == std::string::npos ? address : address.substr(colon + 1), Millis{2000},
                [this, address, alive = std::weak_ptr(alive_)](const Result<>& connected) {
                  if (alive.expired() || phase_ != Phase::starting) return;
                  if (connected) return became_ready();
                  last_refusal_ = fmt::format("nothing listens on {} ({})", address, connected.error().message);
                  probe_later();
                });
}

void App::became_ready() {
  phase_ = Phase::up;
  deadline_.cancel();
  if (!settings_.app.health.empty()) probe_timer_ = loop_.after(settings_.app.health_interval, [this] { check_health(); });
  callbacks_.on_up(clock_.now() - started_);
}

void App::check_health() {
  io::http_request(loop_, {.url = url_of(settings_.app.health), .timeout = settings_.app.health_interval},
                   [this, alive = std::weak_ptr(alive_)](const Result<io::HttpResponse>& response) {
                     if (alive.expired() || phase_ != Phase::up) return;
                     const bool healthy = response && response->status < 500;
                     health_misses_ = healthy ? 0 : health_misses_ + 1;
                     if (health_misses_ >= health_misses_max)
                       return down(fmt::format("the application failed {} health checks; last: {}", health_misses_,
                                               response ? fmt::format("status {}", response->status) : response.error().message));
                     probe_timer_ = loop_.after(settings_.app.health_interval, [this] { check_health(); });
                   });
}

void App::exited(const io::ExitStatus& status) {
  const std::string how = status.signal != 0 ? fmt::format("was killed by signal {}", status.signal)
                          : status.lost      ? std::string("was killed")
                                             : fmt::format("exited with code {}", status.code);
  if (phase_ == Phase::stopping) {
    phase_ = Phase::stopped;
    kill_timer_.cancel();
    if (const auto done = std::exchange(stopped_, nullptr)) loop_.post(done);
    return;
  }
  if (phase_ == Phase::starting) return down(fmt::format("the application {} before it was ready", how));
  if (phase_ == Phase::up) down(fmt::format("the application {} while tests ran", how));
}

void App::down(std::string message, bool in_time) {
  phase_ = Phase::stopped;
  deadline_.cancel();
  probe_timer_.cancel();
  // Destroying the process kills what is left of its tree; never from inside its own callback.
  loop_.post([process = std::shared_ptr(std::move(process_))] {});
  callbacks_.on_down(std::move(message), log_tail(), in_time);
}

void App::reset() {
  const std::string command = fill_in(settings_.app.reset, place_, settings_.seed);
  const auto answer = [this, alive = std::weak_ptr(alive_)](bool succeeded, std::string message) {
    if (!alive.expired()) callbacks_.on_reset(succeeded, std::move(message));
  };
  if (command.starts_with("http:") && !command.starts_with("http://")) {
    io::http_request(loop_, {.method = "POST", .url = url_of(command.substr(5)), .timeout = Millis{30'000}},
                     [answer](const Result<io::HttpResponse>& response) {
                       if (!response) return answer(false, response.error().message);
                       answer(response->status < 400, fmt::format("the reset address answered with status {}", response->status));
                     });
    return;
  }
  std::map<std::string, std::string> env = environment_of(settings_, place_);
  for (const auto& [name, value] : settings_.app.env) env[name] = fill_in(value, place_, settings_.seed);
  io::run_process(loop_, {.argv = {"/bin/sh", "-c", command}, .env = env, .directory = settings_.app.directory}, Millis{60'000}, 64 * 1024,
                  [answer](const Result<io::Finished>& finished) {
                    if (!finished) return answer(false, finished.error().message);
                    const bool succeeded = !finished->timed_out && finished->status.code == 0;
                    answer(succeeded, fmt::format("the reset command exited with code {}: {}", finished->status.code,
                                                  trim(tail_of(finished->errput + finished->output, 2000))));
                  });
}

void App::prepare_stop(io::Callback done) {
  phase_ = Phase::stopping;
  probe_timer_.cancel();
  deadline_.cancel();
  stopped_ = [before = std::exchange(stopped_, nullptr), done = std::move(done)] {
    if (before) before();
    done();
  };
}

void App::kill_now(io::Callback done) {
  if (phase_ == Phase::stopped || process_ == nullptr) {
    loop_.post(std::move(done));
    return;
  }
  prepare_stop(std::move(done));
  kill_timer_.cancel();
  process_->kill();
}

void App::stop(io::Callback done) {
  if (phase_ == Phase::stopped || process_ == nullptr) {
    loop_.post(std::move(done));
    return;
  }
  const bool is_asked_again = phase_ == Phase::stopping;
  prepare_stop(std::move(done));
  if (is_asked_again) return;
  process_->terminate();
  kill_timer_ = loop_.after(settings_.app.stop_timeout, [this] {
    if (process_) process_->kill();
  });
}

std::string App::log_since(std::int64_t offset) const {
  const std::int64_t kept_from = log_size_ - static_cast<std::int64_t>(recent_.size());
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(offset - kept_from, 0));
  return to_valid_utf8(tail_of(strip_ansi(std::string_view(recent_).substr(std::min(from, recent_.size()))), window_bytes_max));
}

std::string App::log_tail() const {
  return to_valid_utf8(
      tail_of(strip_ansi(std::string_view(recent_).substr(recent_.size() - std::min(recent_.size(), 2 * tail_bytes))), tail_bytes));
}

}  // namespace tamarack::agent
