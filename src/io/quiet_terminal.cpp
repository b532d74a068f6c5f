#include "io/quiet_terminal.h"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <mutex>
#include <optional>

namespace tamarack::io {
namespace {

std::optional<termios>& settings_before() {
  static std::optional<termios> settings;
  return settings;
}

void restore() {
  if (!settings_before()) return;
  termios now{};
  // Only the echo is put back: somebody else may have changed the rest meanwhile.
  if (::tcgetpgrp(STDIN_FILENO) == ::getpgrp() && ::tcgetattr(STDIN_FILENO, &now) == 0) {
    now.c_lflag |= settings_before()->c_lflag & ECHO;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
  }
  settings_before().reset();
}

// A process that dies of Ctrl-\\ or of a broken invariant leaves a usable terminal as well. Only calls that a handler may make.
void restore_and_die(int signal) {
  restore();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void restore_when_dying() {
  if (std::atexit(restore) != 0) return;
  for (const int signal : {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS})
    if (const auto before = std::signal(signal, restore_and_die); before != SIG_DFL) std::signal(signal, before);
}

}  // namespace

QuietTerminal::QuietTerminal() {
  termios now{};
  // In the background a change of the terminal would stop the process.
  if (::tcgetpgrp(STDIN_FILENO) != ::getpgrp() || ::tcgetattr(STDIN_FILENO, &now) != 0) return;
  if ((now.c_lflag & ECHO) == 0) return;
  static std::once_flag registered;
  std::call_once(registered, restore_when_dying);
  settings_before() = now;
  now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

QuietTerminal::~QuietTerminal() {
  restore();
}

}  // namespace tamarack::io
