#include "io/machine.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

extern char** environ;

namespace tamarack::io {

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::int64_t process_id() {
  return ::getpid();
}

std::int64_t processors() {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::thread::hardware_concurrency()));
}

std::int64_t open_files_max() {
  rlimit files{};
  return ::getrlimit(RLIMIT_NOFILE, &files) == 0 ? static_cast<std::int64_t>(files.rlim_cur) : 0;
}

void raise_open_files_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  // Not more than before is no reason to stop: the server then turns connections away a little earlier.
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t random_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

std::int64_t load_percent() {
  double last_minute = 0;
  if (getloadavg(&last_minute, 1) != 1) return 0;
  return static_cast<std::int64_t>(last_minute * 100 / static_cast<double>(processors()));
}

std::int64_t memory_free_mb() {
  std::ifstream facts("/proc/meminfo");
  std::string name;
  std::int64_t kib = 0;
  while (facts >> name >> kib) {
    if (name == "MemAvailable:") return kib / 1024;
    facts.ignore(1000, '\n');
  }
  return 0;
}

MachineClock machine_clock() {
  MachineClock clock{.wall = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now())};
  timespec since_boot{};
  if (::clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0)
    clock.since_boot = Millis{std::int64_t{since_boot.tv_sec} * 1'000 + since_boot.tv_nsec / 1'000'000};
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  boot >> clock.boot;
  return clock;
}

std::vector<std::string> environment_lines() {
  std::vector<std::string> lines;
  for (char** entry = environ; *entry != nullptr; ++entry) lines.emplace_back(*entry);
  return lines;
}

bool is_executable(const std::string& path) {
  std::error_code failed;
  return std::filesystem::is_regular_file(path, failed) && ::access(path.c_str(), X_OK) == 0;
}

bool is_writable(const std::string& path) {
  return ::access(path.c_str(), W_OK) == 0;
}

bool is_terminal(std::FILE* file) {
  return ::isatty(::fileno(file)) == 1;
}

TerminalSize terminal_size(std::FILE* file) {
  winsize window{};
  if (::ioctl(::fileno(file), TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return {};
  return {window.ws_col, window.ws_row};
}

}  // namespace tamarack::io
