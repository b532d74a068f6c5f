// What this machine and this process are: names, limits, the terminal. Asked once, at the edge; pure code gets the answers as values.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace tamarack::io {

std::string host_name();  // empty if it has none
std::int64_t process_id();
std::int64_t processors();                     // at least 1
std::int64_t open_files_max();                 // 0 if unknown
void raise_open_files_max();                   // as far as this user may
std::uint64_t random_seed();                   // from the system's random device
std::int64_t load_percent();                   // of all processors over the last minute; 0 if unknown
std::int64_t memory_free_mb();                 // what programs could still get; 0 if unknown
std::vector<std::string> environment_lines();  // NAME=value, as inherited

// What the machine says of the time, at one moment: what ties instants to it over restarts (flow/timeline_clock.h).
struct MachineClock {
  Instant wall;
  Millis since_boot{0};  // counts sleep, and no clock that is set moves it
  std::string boot;      // which boot that was; empty if unknown
};
MachineClock machine_clock();

// May this user run the file, or write to it (into it, for a folder)?
bool is_executable(const std::string& path);
bool is_writable(const std::string& path);

bool is_terminal(std::FILE* file);
struct TerminalSize {
  int width = 80;
  int height = 24;
};
TerminalSize terminal_size(std::FILE* file);  // the defaults when it is none

}  // namespace tamarack::io
