#include "client/run_follower.h"

#include <fmt/format.h>

#include "base/text.h"
#include "wire/journal.h"

namespace tamarack::client {
namespace {

constexpr Millis feed_silence{60'000};  // the server says something every quarter of a minute

}  // namespace

void RunFollower::catch_up() {
  api_.call({.path = fmt::format("/api/v1/runs/{}/journal?after={}", run_.value, after_)},
            [this, alive = std::weak_ptr(alive_)](const Result<std::string>& lines) {
              if (alive.expired() || over_) return;
              if (!lines) return failed(lines.error());
              for (const std::string& line : split_lines(*lines)) {
                take_line(line);
                if (alive.expired() || over_) return;
              }
              failures_ = 0;
              follow();
            });
}

void RunFollower::follow() {
  stream_ = io::EventStream();
  io::ClientRequest request = api_.request("GET", "/api/v1/runs/" + run_.value + "/events");
  request.fields.emplace_back("Last-Event-ID", std::to_string(after_));
  request.silence_timeout = feed_silence;
  request.on_piece = [this, alive = std::weak_ptr(alive_)](std::string_view bytes) { return !alive.expired() && take_piece(bytes); };
  io::http_call(api_.loop(), std::move(request), [this, alive = std::weak_ptr(alive_)](const Result<io::ClientAnswer>& answer) {
    if (alive.expired() || over_) return;
    if (!answer) return failed(answer.error());
    if (answer->status != 200) return failed(error_of(*answer));
    // Cut by the server: it stops, or we were too slow.
    failed(make_error(ErrorCode::unavailable, "the server ended the stream"));
  });
}

bool RunFollower::take_piece(std::string_view bytes) {
  const auto fed = stream_.feed(bytes, [this](const io::StreamEvent& event) {
    if (over_) return;
    if (event.event != "end") return take_line(event.data);
    over_ = true;
    callbacks_.on_end();
  });
  return fed.has_value() && !over_;
}

void RunFollower::take_line(std::string_view line) {
  if (line.empty()) return;
  const auto entry = wire::decode_entry(line);
  if (!entry) {
    over_ = true;
    return callbacks_.on_broken(Error(entry.error()).in("an entry of the journal cannot be read"));
  }
  if (entry->seq <= after_) return;
  after_ = entry->seq;
  callbacks_.on_entry(*entry);
}

void RunFollower::failed(const Error& error) {
  const bool enough = error.code == ErrorCode::cancelled || is_passing(error);
  if (!enough) {
    over_ = true;
    return callbacks_.on_broken(error);
  }
  if (++failures_ > 1 && callbacks_.on_trouble) callbacks_.on_trouble(error);
  pause_ = api_.loop().after(pause_before(failures_), [this] { catch_up(); });
}

}  // namespace tamarack::client
