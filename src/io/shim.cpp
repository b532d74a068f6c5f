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

  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&blocked, number);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  const int signals = ::signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);

  // Locked for as long as anything of the tree may still write: `tamarack resume` waits for it before it reads what was left behind.
  const int record = record_path == "-" ? -1 : ::open(record_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (record >= 0) ::flock(record, LOCK_EX);

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
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, argv[4], nullptr, &attributes, argv + 4, environ);
  if (failed != 0) {
    write_text(shim_control_descriptor, "error " + std::to_string(failed) + "\n");
    return 127;
  }
  // The pipes to Tamarack belong to the command now; keeping them open here would hide its end.
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null, 0);
  ::dup2(null, 1);
  ::dup2(null, 2);

  int status = 0;
  bool ended = false;
  // After an orderly stop the tree is waited for, not only the command: a shell in front of the application dies of SIGTERM at once, while
  // the application itself still closes its files. How long that may take is Tamarack's decision ('K').
  bool terminating = false;
  bool tree_ended = false;
  while (!(ended && (tree_ended || !terminating))) {
    pollfd watched[2] = {{shim_control_descriptor, POLLIN, 0}, {signals, POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 && errno != EINTR) break;
    if (watched[1].revents != 0) {
      signalfd_siginfo info{};
      while (::read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        if (info.ssi_signo != SIGCHLD) terminate_tree();
      }
      int one = 0;
      pid_t pid = 0;
      while ((pid = ::waitpid(-1, &one, WNOHANG)) > 0)
        if (pid == child) {
          status = one;
          ended = true;
        }
      tree_ended = pid < 0 && errno == ECHILD;
    }
    if (watched[0].revents != 0 && !(ended && (tree_ended || !terminating))) {
      char order = 0;
      const ssize_t count = ::read(shim_control_descriptor, &order, 1);
      if (count <= 0) break;  // Tamarack is gone
      if (order == 'T') {
        terminating = true;
        terminate_tree();
      }
      if (order == 'K') break;
    }
  }
  std::string how;
  if (ended) {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    how = "{\"type\":\"exit\",\"code\":" + std::to_string(code) + ",\"signal\":" + std::to_string(number) +
          ",\"at_ms\":" + std::to_string(wall_ms()) + "}\n";
    if (record >= 0) write_text(record, how);
    how = "exit " + std::to_string(code) + " " + std::to_string(number) + "\n";
  }
  kill_descendants();
  if (!how.empty()) write_text(shim_control_descriptor, how);
  return 0;
}

}  // namespace tamarack::io
