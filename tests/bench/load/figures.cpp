#include "figures.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace tamarack::load {

double ms_between(Moment from, Moment to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

std::string Spans::json() const {
  if (ms.empty()) return R"({"n":0,"p50":0,"p99":0,"max":0})";
  std::vector<double> sorted = ms;
  std::sort(sorted.begin(), sorted.end());
  // The nearest rank: the smallest value that so many per cent do not exceed.
  const auto rank = [&](std::size_t percent) { return sorted[(sorted.size() * percent + 99) / 100 - 1]; };
  return fmt::format(R"({{"n":{},"p50":{:.3f},"p99":{:.3f},"max":{:.3f}}})", sorted.size(), rank(50), rank(99), sorted.back());
}

std::int64_t ServerProbe::status(const std::string& field) const {
  if (pid_ == 0) return 0;
  std::ifstream file(fmt::format("/proc/{}/status", pid_));
  for (std::string word; file >> word;) {
    std::int64_t value = 0;
    if (word == field && file >> value) return value;
  }
  return 0;
}

void ServerProbe::forget_peak() const {
  if (pid_ != 0) std::ofstream(fmt::format("/proc/{}/clear_refs", pid_)) << "5";
}

double ServerProbe::processor_ms() const {
  double ns = 0;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid_), gone)) {
    std::ifstream file(task.path() / "schedstat");
    double one = 0;
    if (file >> one) ns += one;
  }
  return ns / 1e6;
}

double own_processor_ms() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3; };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace tamarack::load
