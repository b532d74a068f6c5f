// What waits cost a server that has parked them: memory of each, processor while nothing happens but looks, looks for a thousand waits of
// one request, parking and restoring with a database. Half of the waits are pushed, half are looked at over HTTP, on 50 hosts, by a prober
// that answers after 5 ms.
//   board_bench [WAITS]     (default 10000)
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "board/board_host.h"
#include "board/machine_clock.h"
#include "store/sqlite/sqlite_store.h"

namespace tamarack {
namespace {

constexpr int hosts = 50;

class QuickProber final : public probe::Prober {
 public:
  explicit QuickProber(io::Loop& loop) : loop_(loop) {}
  std::int64_t asked = 0;
  std::string status = "RUNNING";

  void ask(const std::string&, Answered done) override {
    ++asked;
    const std::int64_t number = ++last_;
    timers_[number] = loop_.after(Millis{5}, [this, number, done = std::move(done)] {
      const io::Timer over = std::move(timers_.at(number));
      timers_.erase(number);
      done(flow::HttpAnswer{.status = 200,
                            .content_type = "application/json",
                            .body = fmt::format(R"({{"job_id":"0a4b7c","status":"{}","progress":41,"stage":"DATA_FETCHING"}})", status)});
    });
  }
  void watch(const std::string& request, std::function<void()> pushed) override { watched_[request] = std::move(pushed); }
  void unwatch(const std::string& request) override { watched_.erase(request); }
  void send(const std::string&, std::function<void(Result<>)> done) override {
    loop_.post([done = std::move(done)] { done({}); });
  }
  void push(const std::string& request) { watched_.at(request)(); }

 private:
  io::Loop& loop_;
  std::int64_t last_ = 0;
  std::map<std::int64_t, io::Timer> timers_;
  std::map<std::string, std::function<void()>> watched_;
};

// Keeps nothing, so that the memory that is measured is the board's.
class NoStore final : public store::FlowStore {
 public:
  Result<> commit_flow(const std::vector<store::FlowRow>&, const std::vector<std::string>&) override { return {}; }
  Result<> read_flow(const std::function<Result<>(const store::FlowRow&)>&) override { return {}; }
};

double resident_mb() {
  std::int64_t all = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}
double cpu_ms() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1'000 + static_cast<double>(time.tv_usec) / 1'000; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

flow::WaitSpec spec_of(int number, const std::string& request) {
  const int host = number % hosts;
  flow::Condition condition{.name = "backend",
                            .target = fmt::format("http://app-{}:8000/api/jobs/{}/status", host, number),
                            .request = request,
                            .host = fmt::format("http://app-{}:8000", host),
                            .pushed = number % 2 == 0};
  condition.rules.field = "$.status";
  condition.rules.map = {{"PENDING", flow::Meaning::going_on},
                         {"RUNNING", flow::Meaning::going_on},
                         {"COMPLETED", flow::Meaning::satisfied},
                         {"FAILED", flow::Meaning::failed}};
  condition.rules.captures = {{"result", "$.job_id", flow::CaptureType::string}};
  return {.name = "backend", .owner = fmt::format("run r-{}", number / 10), .conditions = {condition}, .limit = Millis{86'400'000}};
}
std::string request_of(int number) {
  return fmt::format(
      R"({{"http":{{"headers":{{"authorization":"Bearer 0123456789abcdef"}},"url":"http://app-{}:8000/api/jobs/{}/status"}}}})",
      number % hosts, number);
}

class Bench {
 public:
  Bench(store::FlowStore& store, const char* prefix) : prefix_(prefix) {
    callbacks_.on_wait_over = [this](const domain::WaitId&) { ++over_; };
    host_.emplace(loop_, clock_, board::machine_clock, random_, store, lane_, prober_, flow::BoardOptions{}, callbacks_);
    if (const auto restored = host_->restore(); !restored) {
      std::fprintf(stderr, "%s\n", restored.error().message.c_str());
      std::exit(1);
    }
  }

  void park(int waits, const std::function<std::string(int)>& request) {
    int parked = 0;
    for (int number = 0; number < waits; ++number)
      host_->feed(flow::ParkWait{domain::WaitId{fmt::format("{}-{}", prefix_, number)}, spec_of(number, request(number))},
                  [&](const auto&) {
                    if (++parked == waits) loop_.stop();
                  });
    loop_.run();
  }
  void run_for(Millis time) {
    const io::Timer end = loop_.after(time, [this] { loop_.stop(); });
    loop_.run();
  }
  double share_over(Millis time) {
    const double before = cpu_ms();
    run_for(time);
    return (cpu_ms() - before) * 100 / static_cast<double>(time.count());
  }
  // From the push until the last owner was told, in milliseconds.
  double end_all(const std::string& request, int waits) {
    prober_.status = "COMPLETED";
    const auto begin = std::chrono::steady_clock::now();
    prober_.push(request);
    while (over_ < waits) run_for(Millis{1});
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  }
  QuickProber& prober() { return prober_; }
  const flow::Board& board() const { return host_->board(); }

 private:
  const char* prefix_;
  io::Loop loop_;
  io::SystemClock clock_;
  Random random_{7};
  io::Lane lane_{loop_};
  QuickProber prober_{loop_};
  board::BoardCallbacks callbacks_;
  std::optional<board::BoardHost> host_;
  int over_ = 0;
};

double ms_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void print(const std::string& what, double value, const char* unit) {
  std::printf("%-72s %10.2f %s\n", what.c_str(), value, unit);
  std::fflush(stdout);
}

void many_waits(int waits) {
  NoStore store;
  Bench bench(store, "many");
  const double before = resident_mb();
  print(fmt::format("{} waits parked, half pushed, half HTTP, {} hosts", waits, hosts), ms_of([&] { bench.park(waits, request_of); }),
        "ms");
  const Millis first_looks{waits * 100 / hosts + 2'000};  // ten looks per second and host
  bench.run_for(first_looks);
  const double parked = resident_mb();
  print("resident memory of all", parked - before, "MiB");
  print("of one wait", (parked - before) * 1'024 / waits, "KiB");
  const std::int64_t asked = bench.prober().asked;
  print("processor over 10 s, one of them all the time is 100", bench.share_over(Millis{10'000}), "%");
  print("looks in those 10 s", static_cast<double>(bench.prober().asked - asked), "");
}

void one_request() {
  constexpr int waits = 1'000;
  NoStore store;
  Bench bench(store, "one");
  const auto same = [](int) { return request_of(0); };
  bench.park(waits, same);
  bench.run_for(Millis{3'000});
  const std::int64_t asked = bench.prober().asked;
  print("1000 waits of one request: processor over 10 s", bench.share_over(Millis{10'000}), "%");
  print("looks in those 10 s", static_cast<double>(bench.prober().asked - asked), "");
  print("from the push that ends them until the last is told", bench.end_all(request_of(0), waits), "ms");
}

void with_a_database(int waits) {
  char folder[] = "/tmp/tamarack-bench-XXXXXX";
  if (mkdtemp(folder) == nullptr) std::exit(1);
  const std::string path = std::string(folder) + "/t.db";
  auto store = store::open_sqlite_store(path);
  if (!store) std::exit(1);
  {
    Bench bench((*store)->flow(), "kept");
    print(fmt::format("{} waits parked at once in a database", waits), ms_of([&] { bench.park(waits, request_of); }), "ms");
  }
  std::optional<Bench> again;
  print("read back and folded", ms_of([&] { again.emplace((*store)->flow(), "again"); }), "ms");
  if (again->board().waits.size() < static_cast<std::size_t>(waits)) std::exit(1);
  const auto bytes = std::filesystem::file_size(path) + std::filesystem::file_size(path + "-wal");
  print("database and its log", static_cast<double>(bytes) / (1024 * 1024), "MiB");
  again.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tamarack

int main(int argc, char** argv) {
  const int waits = argc > 1 ? std::max(1, std::atoi(argv[1])) : 10'000;
  tamarack::many_waits(waits);
  tamarack::one_request();
  tamarack::with_a_database(waits);
}
