#include "io/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <set>

#include "io/context.h"
#include "io/process_tree.h"
#include "io/shim.h"

extern char** environ;

namespace tamarack::io {
namespace {

// Shims that are alive, to tell them from orphans.
std::set<int>& living_shims() {
  static std::set<int> shims;
  return shims;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

class ShimmedProcess;

// One pipe end that is read until its end.
class Reader : public std::enable_shared_from_this<Reader> {
 public:
  Reader(asio::io_context& io, int descriptor, std::function<void(std::string_view)> on_bytes, Callback on_end)
      : stream_(io, descriptor), on_bytes_(std::move(on_bytes)), on_end_(std::move(on_end)), buffer_(65536) {}
  void read() {
    stream_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const boost::system::error_code& failed, std::size_t count) {
      if (failed) {
        const Callback ended = std::exchange(self->on_end_, nullptr);
        self->on_bytes_ = nullptr;
        if (ended) ended();
        return;
      }
      if (self->on_bytes_) self->on_bytes_({self->buffer_.data(), count});
      if (self->on_end_) self->read();
    });
  }
  void close() {
    on_bytes_ = nullptr;
    on_end_ = nullptr;
    boost::system::error_code ignored;
    stream_.close(ignored);
  }

 private:
  asio::posix::stream_descriptor stream_;
  std::function<void(std::string_view)> on_bytes_;
  Callback on_end_;
  std::vector<char> buffer_;
};

class ShimmedProcess final : public Process {
 public:
  ShimmedProcess(Loop& loop, int pid, int control, int output, int errput, std::string program, ProcessCallbacks callbacks)
      : loop_(loop), pid_(pid), control_(control), program_(std::move(program)), callbacks_(std::move(callbacks)) {
    living_shims().insert(pid_);
    asio::io_context& io = loop.context().io;
    control_reader_ =
        std::make_shared<Reader>(io, control, [this](std::string_view bytes) { said_.append(bytes); }, [this] { one_ended(); });
    output_ = std::make_shared<Reader>(io, output, callbacks_.on_output, [this] { one_ended(); });
    errput_ = std::make_shared<Reader>(io, errput, callbacks_.on_errput, [this] { one_ended(); });
    control_reader_->read();
    output_->read();
    errput_->read();
  }
  ~ShimmedProcess() override {
    if (!reaped_) {
      order('K');
      ::shutdown(control_, SHUT_RDWR);
      ::waitpid(pid_, nullptr, 0);  // short: the shim kills its tree and exits
      living_shims().erase(pid_);
    }
    control_reader_->close();
    output_->close();
    errput_->close();
  }
  int pid() const override { return pid_; }
  void terminate() override { order('T'); }
  void kill() override { order('K'); }

 private:
  void order(char letter) {
    if (!reaped_) (void)!::send(control_, &letter, 1, MSG_NOSIGNAL);
  }

  // The control socket and both pipes end when the shim is gone and nobody of its tree holds a pipe any more.
  void one_ended() {
    if (++ended_ == 1) {
      // A shim that was killed cannot clean up: its orphans are ours now, and they may hold the pipes open.
      if (said_.empty()) check_timer_ = loop_.after(Millis{20}, [this] { reap(); });
    }
    if (ended_ == 3) {
      check_timer_.cancel();
      loop_.post([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) finish();
      });
    }
  }

  void reap() {
    if (!reaped_) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) != pid_) {
        check_timer_ = loop_.after(Millis{20}, [this] { reap(); });
        return;
      }
      reaped_ = true;
      living_shims().erase(pid_);
      if (WIFSIGNALED(status)) kill_orphans({living_shims().begin(), living_shims().end()});
    }
  }

  void finish() {
    if (!reaped_) {
      int status = 0;
      ::waitpid(pid_, &status, 0);  // the control socket is closed, so it has exited or is about to
      reaped_ = true;
      living_shims().erase(pid_);
      if (WIFSIGNALED(status)) kill_orphans({living_shims().begin(), living_shims().end()});
    }
    ExitStatus status{.lost = true};
    long long code = 0;
    long long number = 0;
    if (std::sscanf(said_.c_str(), "exit %lld %lld", &code, &number) == 2) status = {code, number, false};
    if (std::sscanf(said_.c_str(), "error %lld", &code) == 1) {
      if (callbacks_.on_errput) callbacks_.on_errput(fmt::format("{}: {}\n", program_, std::strerror(static_cast<int>(code))));
      status = {127, 0, false};
    }
    if (callbacks_.on_exit) callbacks_.on_exit(status);
  }

  Loop& loop_;
  int pid_;
  int control_;
  std::string program_;
  ProcessCallbacks callbacks_;
  std::shared_ptr<Reader> control_reader_;
  std::shared_ptr<Reader> output_;
  std::shared_ptr<Reader> errput_;
  std::string said_;
  int ended_ = 0;
  bool reaped_ = false;
  Timer check_timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

Result<std::unique_ptr<Process>> start_process(Loop& loop, const ProcessSpec& spec, ProcessCallbacks callbacks) {
  int control[2];
  int output[2];
  int errput[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0)
    return make_error(ErrorCode::unavailable, fmt::format("cannot start '{}': {}", spec.argv.at(0), std::strerror(errno)));
  if (::pipe2(output, O_CLOEXEC) != 0 || ::pipe2(errput, O_CLOEXEC) != 0)
    return make_error(ErrorCode::unavailable, fmt::format("cannot start '{}': {}", spec.argv.at(0), std::strerror(errno)),
                      "raise the limit of open files (ulimit -n) or use fewer workers");

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // The descriptors are moved out of the way first, because one of them may itself be 0 to 3.
  const int child_control = ::fcntl(control[1], F_DUPFD_CLOEXEC, 10);
  const int child_output = ::fcntl(output[1], F_DUPFD_CLOEXEC, 10);
  const int child_errput = ::fcntl(errput[1], F_DUPFD_CLOEXEC, 10);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, child_output, 1);
  posix_spawn_file_actions_adddup2(&actions, child_errput, 2);
  posix_spawn_file_actions_adddup2(&actions, child_control, shim_control_descriptor);
  posix_spawn_file_actions_addclosefrom_np(&actions, shim_control_descriptor + 1);
  if (!spec.directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, spec.directory.c_str());

  std::vector<std::string> argv{"tamarack", "__shim", spec.record_path.empty() ? "-" : spec.record_path, "--"};
  argv.insert(argv.end(), spec.argv.begin(), spec.argv.end());
  std::vector<std::string> environment = merged_environment(spec.env);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, pointers(argv).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  for (const int descriptor : {control[1], output[1], errput[1], child_control, child_output, child_errput}) ::close(descriptor);
  if (failed != 0) {
    for (const int descriptor : {control[0], output[0], errput[0]}) ::close(descriptor);
    return make_error(ErrorCode::unavailable,
                      fmt::format("cannot start '{}' in '{}': {}", spec.argv.at(0), spec.directory, std::strerror(failed)));
  }
  return std::unique_ptr<Process>(
      std::make_unique<ShimmedProcess>(loop, pid, control[0], output[0], errput[0], spec.argv.at(0), std::move(callbacks)));
}

namespace {

struct Collected {
  std::unique_ptr<Process> process;
  Finished finished;
  Timer deadline;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

}  // namespace

void run_process(Loop& loop, const ProcessSpec& spec, Millis deadline, std::size_t output_max, std::function<void(Result<Finished>)> done) {
  auto state = std::make_shared<Collected>();
  const auto collect = [output_max, state](std::string& into, std::string_view bytes) {
    if (into.size() + bytes.size() > output_max) state->finished.output_was_cut = true;
    into.append(bytes.substr(0, output_max - std::min(output_max, into.size())));
  };
  ProcessCallbacks callbacks{
      .on_output = [state, collect](std::string_view bytes) { collect(state->finished.output, bytes); },
      .on_errput = [state, collect](std::string_view bytes) { collect(state->finished.errput, bytes); },
      .on_exit =
          [state, done, &loop](const ExitStatus& status) {
            state->deadline.cancel();
            state->finished.status = status;
            state->finished.duration = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - state->started);
            // The process must not be destroyed inside its own callback.
            loop.post([process = std::shared_ptr(std::move(state->process)), state, done] { done(std::move(state->finished)); });
          }};
  auto process = start_process(loop, spec, std::move(callbacks));
  if (!process) {
    loop.post([done, error = process.error()] { done(error); });
    return;
  }
  state->process = std::move(*process);
  state->deadline = loop.after(deadline, [weak = std::weak_ptr(state)] {
    if (const auto alive = weak.lock(); alive && alive->process) {
      alive->finished.timed_out = true;
      alive->process->kill();
    }
  });
}

}  // namespace tamarack::io
