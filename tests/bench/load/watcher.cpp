#include "watcher.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tamarack::load {
namespace {

constexpr Millis feed_silence{60'000};
constexpr Millis pause{250};

// {"seq":12,"at":1800000000000,…
std::optional<std::int64_t> number_of(std::string_view entry, std::string_view field) {
  const std::size_t at = entry.find(field);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = entry.substr(at + field.size());
  return parse_integer(rest.substr(0, rest.find_first_not_of("0123456789")));
}

}  // namespace

void Watcher::follow() {
  stream_ = io::EventStream();
  io::ClientRequest request = audience_.api.request("GET", "/api/v1/runs/" + run_.value + "/events");
  request.fields.emplace_back("Last-Event-ID", std::to_string(last_));
  request.silence_timeout = feed_silence;
  request.on_piece = [this](std::string_view bytes) { return take_piece(bytes); };
  io::http_call(audience_.loop, std::move(request), [this](const Result<io::ClientAnswer>&) {
    if (over_) return;
    ++audience_.cuts;
    pause_ = audience_.loop.after(pause, [this] { catch_up(); });
  });
}

bool Watcher::take_piece(std::string_view bytes) {
  const Instant now = audience_.clock.now();
  const auto fed = stream_.feed(bytes, [&](const io::StreamEvent& event) { take_event(event, now); });
  return fed.has_value() && !over_;
}

void Watcher::take_event(const io::StreamEvent& event, Instant now) {
  if (over_) return;
  if (event.event == "end") {
    over_ = true;
    return audience_.on_end();
  }
  const auto at = number_of(event.data, R"("at":)");
  const auto seq = parse_integer(event.id);
  if (!at || !seq || !is_next(*seq)) return;
  audience_.age.add(static_cast<double>(to_ms(now) - *at));
}

bool Watcher::is_next(std::int64_t seq) {
  if (seq <= last_) return false;
  if (seq != last_ + 1) ++audience_.gaps;
  last_ = seq;
  return true;
}

void Watcher::catch_up() {
  audience_.api.call({.path = fmt::format("/api/v1/runs/{}/journal?after={}", run_.value, last_), .patience = feed_silence},
                     [this](const Result<std::string>& lines) {
                       for (const std::string& line : split_lines(lines ? *lines : std::string{}))
                         if (const auto seq = number_of(line, R"("seq":)"); seq && is_next(*seq)) ++audience_.fetched;
                       follow();
                     });
}

}  // namespace tamarack::load
