#include "probe/log_source.h"

#include "io/file_tail.h"
#include "probe/log_matcher.h"

namespace tamarack::probe {
namespace {

constexpr std::uint64_t backlog_bytes_max = 16 << 20;
constexpr std::size_t piece_bytes_max = 256 * 1024;  // between two of them others have their turn on the thread
constexpr int pieces_max = 128;

}  // namespace

struct LogSource::Log {
  explicit Log(const wire::LogProbe& probe) : tail(probe.path, backlog_bytes_max), matcher(probe.pattern) {}
  io::FileTail tail;
  LogMatcher matcher;
  std::vector<Answered> waiting;
  int pieces = 0;     // since somebody was answered
  bool busy = false;  // tail and matcher belong to another thread
  // What the last piece gave.
  Result<bool> more = false;
};

LogSource::~LogSource() {
  for (const auto& [text, number] : watches_) folders_->remove(number);
}

void LogSource::ask(const std::string& text, const wire::ProbeRequest& request, Answered done) {
  auto& log = logs_[text];
  if (!log) {
    log = std::make_shared<Log>(std::get<wire::LogProbe>(request));
    if (logs_.size() > remembered_max) logs_.erase(logs_.begin()->first == text ? std::next(logs_.begin()) : logs_.begin());
  }
  log->waiting.push_back(std::move(done));
  if (!log->busy) read_on(log);
}

// Piece by piece to the end of what is there, then everybody who waits is answered.
void LogSource::read_on(const std::shared_ptr<Log>& log) {
  log->busy = true;
  const auto work = [log] {
    auto piece = log->tail.read(piece_bytes_max);
    if (!piece) {
      log->more = std::move(piece).error();
      return;
    }
    if (piece->is_new_file) log->matcher.start_over();
    log->matcher.feed(piece->bytes);
    log->more = !piece->bytes.empty();
  };
  loop_.background(work, [this, weak = std::weak_ptr(alive_), log] {
    log->busy = false;
    if (weak.expired()) return;
    // Who writes faster than we read is answered all the same, with what was read.
    if (log->more && *log->more && ++log->pieces < pieces_max) return read_on(log);
    log->pieces = 0;
    // A log that is away at the moment still has had its lines.
    if (!log->matcher.newest().empty()) return tell(*log, flow::ValueAnswer{.exists = true, .body = log->matcher.newest()});
    if (log->more || log->more.error().code == ErrorCode::not_found) return tell(*log, flow::ValueAnswer{});
    tell(*log, flow::NoAnswer{log->more.error().message});
  });
}

void LogSource::tell(Log& log, const flow::Answer& answer) {
  for (const Answered& done : std::exchange(log.waiting, {})) done(answer);
}

void LogSource::watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) {
  watches_[text] = folders_->add(std::get<wire::LogProbe>(request).path, pushed);
  pushed();
}

void LogSource::unwatch(const std::string& text) {
  logs_.erase(text);
  const auto found = watches_.find(text);
  if (found == watches_.end()) return;
  folders_->remove(found->second);
  watches_.erase(found);
}

}  // namespace tamarack::probe
