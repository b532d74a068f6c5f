#include "probe/http_source.h"

#include "base/text.h"
#include "flow/discover.h"
#include "io/event_stream.h"

namespace tamarack::probe {
namespace {

constexpr Millis stream_silence{300'000};  // many streams say nothing for minutes; then the connection is made anew
constexpr std::size_t event_bytes_max = 1 << 20;

std::string origin_of(std::string_view url) {
  return lower(url.substr(0, url.find_first_of("/?#", url.find("://") + 3)));
}

bool is_harmless(std::string_view header) {
  const std::string name = lower(header);
  return name == "accept" || name == "accept-language" || name == "user-agent" || name == "prefer";
}

io::Fields fields_for(const wire::HttpProbe& probe, const std::string& url) {
  const bool same = origin_of(probe.url) == origin_of(url);
  io::Fields fields;
  for (const auto& [name, value] : probe.headers)
    if (same || is_harmless(name)) fields.emplace_back(name, value);
  return fields;
}

flow::HttpAnswer answer_of(io::ClientAnswer answer) {
  return {.status = answer.status,
          .content_type = std::string(answer.field("Content-Type")),
          .retry_after = std::string(answer.field("Retry-After")),
          .location = std::string(answer.field("Location")),
          .operation_location = std::string(answer.field("Operation-Location")),
          .body = std::move(answer.body),
          .truncated = answer.truncated};
}

// "GET http://…: cannot connect to …" without the request, which whoever reads this knows already.
std::string reason_of(const io::ClientRequest& request, const std::string& message) {
  const std::string front = request.method + " " + request.url + ": ";
  return message.starts_with(front) ? message.substr(front.size()) : message;
}

}  // namespace

struct HttpSource::Stream {
  Stream(wire::HttpProbe what, Pushed callback, const ProbesOptions& options)
      : probe(std::move(what)), pushed(std::move(callback)), backoff(options.retry_min, options.retry_max) {}
  wire::HttpProbe probe;
  Pushed pushed;
  Backoff backoff;
  io::EventStream events{event_bytes_max};
  io::Timer retry;
};

void HttpSource::ask(const std::string& text, const wire::ProbeRequest& request, Answered done) {
  const auto& probe = std::get<wire::HttpProbe>(request);
  const auto found = discovered_.find(text);
  if (found != discovered_.end()) return look({.url = found->second, .fields = fields_for(probe, found->second)}, std::move(done));
  io::ClientRequest first{.method = probe.method, .url = probe.url, .fields = fields_for(probe, probe.url), .body = probe.body};
  if (!probe.discover) return look(std::move(first), std::move(done));
  look(std::move(first), [this, text, probe, done = std::move(done)](flow::Answer answer) {
    auto* http = std::get_if<flow::HttpAnswer>(&answer);
    if (http == nullptr || http->status != 202) return done(std::move(answer));
    follow(text, probe, std::move(*http), done);
  });
}

void HttpSource::follow(const std::string& text, const wire::HttpProbe& probe, flow::HttpAnswer first, const Answered& done) {
  const auto operation = flow::discover(first, probe.url, Instant{});
  if (!operation) return done(std::move(first));
  if (discovered_.size() >= remembered_max) discovered_.erase(discovered_.begin());
  discovered_[text] = operation->status_url;
  io::ClientRequest next{.url = operation->status_url, .fields = fields_for(probe, operation->status_url)};
  look(std::move(next), [done, patience = first.retry_after](flow::Answer answer) {
    // What was asked for with the work counts where its status says nothing of its own.
    auto* http = std::get_if<flow::HttpAnswer>(&answer);
    if (http != nullptr && http->status < 300 && http->retry_after.empty()) http->retry_after = patience;
    done(std::move(answer));
  });
}

void HttpSource::look(io::ClientRequest request, Answered done) {
  request.body_max = flow::answer_bytes_max;
  request.cut_body = true;
  request.connect_timeout = options_.look_max;
  request.total_timeout = options_.look_max;
  request.ca_file = options_.ca_file;
  const auto reason = [method = request.method, url = request.url](const std::string& message) {
    return reason_of({.method = method, .url = url}, message);
  };
  request.is_wanted = [weak = std::weak_ptr(alive_)] { return !weak.expired(); };
  io::http_call(loop_, std::move(request), [weak = std::weak_ptr(alive_), done = std::move(done), reason](Result<io::ClientAnswer> answer) {
    if (weak.expired()) return;
    if (!answer) return done(flow::NoAnswer{reason(answer.error().message)});
    done(answer_of(std::move(*answer)));
  });
}

void HttpSource::watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) {
  const auto& probe = std::get<wire::HttpProbe>(request);
  if (probe.events.empty()) return;
  auto stream = std::make_shared<Stream>(probe, std::move(pushed), options_);
  streams_[text] = stream;
  connect(stream);
}

void HttpSource::connect(const std::shared_ptr<Stream>& stream) {
  const auto weak = std::weak_ptr(stream);
  stream->events = io::EventStream(event_bytes_max);
  io::ClientRequest request{.url = stream->probe.events, .fields = fields_for(stream->probe, stream->probe.events)};
  if (io::field_of(request.fields, "Accept").empty()) request.fields.emplace_back("Accept", "text/event-stream");
  request.on_stream = [weak] {
    if (const auto alive = weak.lock()) alive->pushed();
  };
  request.on_piece = [weak](std::string_view piece) {
    const auto alive = weak.lock();
    const auto on_event = [&](const io::StreamEvent&) {
      alive->backoff.succeeded();  // not before: what ends without an event may be no stream at all
      alive->pushed();
    };
    return alive && alive->events.feed(piece, on_event).has_value();
  };
  request.is_wanted = [weak] { return !weak.expired(); };
  request.silence_timeout = stream_silence;
  request.connect_timeout = options_.look_max;
  request.ca_file = options_.ca_file;
  io::http_call(loop_, std::move(request), [this, weak](const Result<io::ClientAnswer>&) {
    const auto alive = weak.lock();
    if (!alive) return;
    alive->retry = loop_.after(alive->backoff.failed(), [this, weak] {
      if (const auto again = weak.lock()) connect(again);
    });
  });
}

void HttpSource::unwatch(const std::string& text) {
  streams_.erase(text);
  discovered_.erase(text);
}

}  // namespace tamarack::probe
