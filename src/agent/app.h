// The application under test of one worker: started on its own port with its own data, watched, reset, stopped with its whole tree.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <regex>
#include <string>

#include "agent/settings.h"
#include "io/loop.h"
#include "io/net.h"
#include "io/process.h"

namespace tamarack::agent {

struct AppCallbacks {
  std::function<void(Millis took)> on_up;
  // At most once per start. `in_time`: it ended by itself or was refused before `ready.timeout`, so another start may go better.
  std::function<void(std::string message, std::string log_tail, bool in_time)> on_down;
  std::function<void(bool succeeded, std::string message)> on_reset;
};

class App {
 public:
  App(io::Loop& loop, const AgentSettings& settings, const Clock& clock, AppCallbacks callbacks);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  void start(const WorkerPlace& place);
  void reset();
  // In order: SIGTERM, and after app.stop_timeout SIGKILL.
  void stop(io::Callback done);
  // Without grace, also when it is being stopped already: both callers are then called.
  void kill_now(io::Callback done);

  // Everything it logged so far is `log_size()` bytes; a test's window is cut with log_since.
  std::int64_t log_size() const { return log_size_; }
  std::string log_since(std::int64_t offset) const;
  std::string log_tail() const;

 private:
  enum class Phase { stopped, starting, up, stopping };
  void took_output(std::string_view bytes);
  void probe();
  void probe_later();
  void became_ready();
  void exited(const io::ExitStatus& status);
  void check_health();
  void down(std::string message, bool in_time = true);
  void prepare_stop(io::Callback done);
  std::string url_of(const std::string& path) const;
  bool something_answers_already(std::string& where) const;

  io::Loop& loop_;
  const AgentSettings& settings_;
  const Clock& clock_;
  AppCallbacks callbacks_;
  WorkerPlace place_;
  Phase phase_ = Phase::stopped;
  std::unique_ptr<io::Process> process_;
  io::Callback stopped_;
  Instant started_;
  std::string last_refusal_;
  int health_misses_ = 0;
  std::regex ready_line_;
  std::string line_;
  std::FILE* log_file_ = nullptr;
  std::string recent_;  // the last bytes of the log
  std::int64_t log_size_ = 0;
  io::Timer probe_timer_;
  io::Timer deadline_;
  io::Timer kill_timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
