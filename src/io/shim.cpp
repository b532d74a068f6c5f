#include "io/shim.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "io/process_tree.h"

extern char** environ;

namespace tamarack::io {
namespace {

long long wall_ms() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1'000'000;
}

void write_text(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    done += static_cast<std::size_t>(count);
  }
}

// SIGTERM for everybody below, so that servers and browsers in their own sessions can end in order too.
void terminate_tree() {
  for (const int pid : descendants(::getpid())) ::kill(pid, SIGTERM);
}

// What it waits for comes through this descriptor, never as an interruption.
int take_signals() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&blocked, number);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  return ::signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
}

// With the signals as every program expects them, in a process group of its own. 0, or the number of the error.
int start_command(char** argv, pid_t& child) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGXFSZ);  // ignored by Tamarack itself (main.cpp)
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int failed = ::posix_spawnp(&child, argv[0], nullptr, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

// The pipes to Tamarack belong to the command now; keeping them open here would hide its end.
void let_go_of_pipes() {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : {0, 1, 2}) ::dup2(null, descriptor);
}

// The command and everything below it, until it is over or Tamarack does not want it any more.
class Watched {
 public:
  Watched(pid_t child, int signals) : child_(child), signals_(signals) {}

  void wait() {
    while (!is_over()) {
      pollfd watched[2] = {{shim_control_descriptor, POLLIN, 0}, {signals_, POLLIN, 0}};
      if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
      if (watched[1].revents != 0) take_signals_and_ends();
      if (watched[0].revents != 0 && !is_over() && !obey()) return;
    }
  }

  bool ended() const { return ended_; }
  int code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }
  int signal() const { return WIFSIGNALED(status_) ? WTERMSIG(status_) : 0; }

 private:
  // After an orderly stop the tree is waited for, not only the command: a shell in front of the application dies of SIGTERM at once, while
  // the application itself still closes its files. How long that may take is Tamarack's decision ('K').
  bool is_over() const { return ended_ && (tree_ended_ || !terminating_); }

  void take_signals_and_ends() {
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
      if (info.ssi_signo != SIGCHLD) terminate_tree();
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
      if (pid != child_) continue;
      status_ = status;
      ended_ = true;
    }
    tree_ended_ = pid < 0 && errno == ECHILD;
  }

  // One order of Tamarack. False: it is to end now, or Tamarack is gone.
  bool obey() {
    char order = 0;
    if (::read(shim_control_descriptor, &order, 1) <= 0 || order == 'K') return false;
    if (order == 'T') {
      terminating_ = true;
      terminate_tree();
    }
    return true;
  }

  pid_t child_;
  int signals_;
  int status_ = 0;
  bool ended_ = false;
  bool terminating_ = false;
  bool tree_ended_ = false;
};

}  // namespace

int shim_main(int argc, char** argv) {
  if (argc < 5 || std::strcmp(argv[3], "--") != 0) {
    std::fprintf(stderr, "tamarack __shim is internal: it starts one command and cleans up after it\n");
    return 2;
  }
  const std::string record_path = argv[2];
  ::fcntl(shim_control_descriptor, F_SETFD, FD_CLOEXEC);
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::signal(SIGPIPE, SIG_IGN);
  const int signals = take_signals();

  // Locked for as long as anything of the tree may still write: `tamarack resume` waits for it before it reads what was left behind.
  const int record = record_path == "-" ? -1 : ::open(record_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (record >= 0) ::flock(record, LOCK_EX);

  pid_t child = -1;
  if (const int failed = start_command(argv + 4, child); failed != 0) {
    write_text(shim_control_descriptor, "error " + std::to_string(failed) + "\n");
    return 127;
  }
  let_go_of_pipes();
  Watched watched(child, signals);
  watched.wait();
  const std::string code = std::to_string(watched.code());
  const std::string signal = std::to_string(watched.signal());
  if (watched.ended() && record >= 0)
    write_text(record, R"({"type":"exit","code":)" + code + R"(,"signal":)" + signal + R"(,"at_ms":)" + std::to_string(wall_ms()) + "}\n");
  kill_descendants();
  if (watched.ended()) write_text(shim_control_descriptor, "exit " + code + " " + signal + "\n");
  return 0;
}

}  // namespace tamarack::io
