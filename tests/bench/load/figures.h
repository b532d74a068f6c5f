// What one load brings to light: spans and counts of our own side, memory and processor time of the server's process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tamarack::load {

using Moment = std::chrono::steady_clock::time_point;

inline Moment moment() {
  return std::chrono::steady_clock::now();
}
double ms_between(Moment from, Moment to);

// All in milliseconds.
struct Spans {
  std::vector<double> ms;

  void add(double one) { ms.push_back(one); }
  std::string json() const;  // {"n":…,"p50":…,"p99":…,"max":…}
};

// Another process of this machine, by its number; 0: none, everything is 0.
class ServerProbe {
 public:
  explicit ServerProbe(std::int64_t pid) : pid_(pid) {}

  std::int64_t resident_kb() const { return status("VmRSS:"); }
  std::int64_t peak_kb() const { return status("VmHWM:"); }
  // The peak counts from here on.
  void forget_peak() const;
  // Of all threads that still live. The server keeps its own until it ends.
  double processor_ms() const;

 private:
  std::int64_t status(const std::string& field) const;

  std::int64_t pid_;
};

double own_processor_ms();

}  // namespace tamarack::load
