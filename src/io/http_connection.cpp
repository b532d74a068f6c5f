#include "io/http_connection.h"

#include <fmt/format.h>

namespace tamarack::io {
namespace {

constexpr Millis linger_max{2000};  // how long a peer may take to read the last answer and leave

int status_of(const Error& error) {
  if (error.code == ErrorCode::conflict) return 409;
  return error.code == ErrorCode::io ? 507 : 500;
}

}  // namespace

void HttpConnection::enter(Phase phase) {
  phase_ = phase;
  since_ = quiet_since_ = core_->clock.now();
}

void HttpConnection::start() {
  enter(Phase::head);
  read_more();
}

void HttpConnection::turn_away() {
  Answer answer = problem(503, "too many connections");
  answer.fields.emplace_back("Retry-After", "1");
  refuse(answer);
}

void HttpConnection::read_more() {
  if (reading_ || phase_ == Phase::gone) return;
  reading_ = true;
  stream_->read([self = shared_from_this()](Result<std::string_view> bytes) {
    self->reading_ = false;
    self->on_bytes(std::move(bytes));
  });
}

void HttpConnection::on_bytes(Result<std::string_view> bytes) {
  const bool ended = !bytes || bytes->empty();
  switch (phase_) {
    case Phase::head:
    case Phase::body:
      if (ended) return cut();
      if (phase_ == Phase::head && !parser_.started()) since_ = core_->clock.now();
      return take(*bytes);
    case Phase::feed:
    case Phase::lingering:
      return ended ? cut() : read_more();  // nothing is expected any more
    case Phase::handling:
      if (ended) return peer_left();
      [[fallthrough]];
    case Phase::answering:
      if (!ended) leftover_ += *bytes;  // the next request, if the connection goes on
      return;
    default:
      return;
  }
}

// Only where somebody waits for it: elsewhere a peer that has ended its side may still want its answer.
void HttpConnection::watch_peer(Callback on_gone) {
  if (phase_ != Phase::handling) return;
  on_gone_ = std::move(on_gone);
  read_more();
}

void HttpConnection::peer_left() {
  const Callback gone = std::exchange(on_gone_, nullptr);
  cut();
  if (gone) gone();
}

void HttpConnection::take(std::string_view bytes) {
  const auto sink = [this](std::string_view piece) { (sink_ ? pending_ : request_.body) += piece; };
  while (!bytes.empty() && (phase_ == Phase::head || phase_ == Phase::body) && !writing_ && !parser_.done()) {
    bytes.remove_prefix(parser_.feed(bytes, sink));
    if (parser_.failed()) {
      ++core_->counts.malformed;
      return refuse(problem(parser_.failure().status, parser_.failure().detail));
    }
    if (phase_ == Phase::head && parser_.head_done() && !admit()) {
      leftover_ = std::string(bytes);  // the next request, if the connection goes on
      return;
    }
    if (!pending_.empty()) write_pending();
    if (!find_room()) return no_room();
  }
  leftover_ = std::string(bytes);
  advance();
}

// For as much of the body as is here: one that is promised and does not come takes nothing from others.
bool HttpConnection::find_room() {
  if (request_.body.empty()) return true;
  if (!request_.room) request_.room = std::make_shared<BodyRoom>(core_->body_bytes);
  auto* room = static_cast<BodyRoom*>(request_.room.get());
  const std::size_t more = request_.body.size() - room->bytes;
  if (*core_->body_bytes + more > core_->options.bodies_max) return false;
  room->bytes += more;
  *core_->body_bytes += more;
  return true;
}

void HttpConnection::no_room() {
  ++core_->counts.bodies_refused;
  Answer answer = problem(503, "too much is being sent at once");
  answer.fields.emplace_back("Retry-After", "2");
  refuse(answer);
}

// What to do once everything that is there has been looked at.
void HttpConnection::advance() {
  if (writing_ || (phase_ != Phase::head && phase_ != Phase::body)) return;
  if (phase_ == Phase::body && parser_.done()) return dispatch();
  if (leftover_.empty()) return read_more();
  take(std::exchange(leftover_, {}));
}

Result<RequestHead> HttpConnection::request_head() {
  MessageHead head = parser_.take_head();
  asked_ = {.head_only = head.method == "HEAD",
            .http_1_0 = head.http_1_0,
            .get = head.method == "GET" || head.method == "HEAD",
            .keep_alive = head.keep_alive && !core_->stopping,
            .fields = head.fields};
  Target target = TRY(parse_target(head.target));
  if (target.path == "*" && head.method != "OPTIONS") return make_error(ErrorCode::invalid_argument, "the request target must be a path");
  return RequestHead{.method = std::move(head.method),
                     .path = std::move(target.path),
                     .segments = std::move(target.segments),
                     .raw_query = std::move(target.raw_query),
                     .query = std::move(target.query),
                     .fields = std::move(head.fields),
                     .peer = stream_->peer(),
                     .content_length = head.content_length};
}

// The head is complete. False: refused, and the answer is on its way.
bool HttpConnection::admit() {
  ++core_->counts.requests;
  first_request_ = false;
  enter(Phase::body);
  Result<RequestHead> head = request_head();
  const auto refused = [this](const Answer& answer) {
    if (!parser_.done()) asked_.keep_alive = false;  // its body is still to come and nobody wants it
    refuse(answer);
    return false;
  };
  if (!head) {
    ++core_->counts.malformed;
    return refused(problem(400, head.error().message));
  }
  request_.head = std::move(*head);
  const std::string_view expects = request_.head.field("Expect");
  const bool wants_continue = equal_ignoring_case(expects, "100-continue") && !asked_.http_1_0;
  if (!expects.empty() && !wants_continue && !asked_.http_1_0)
    return refused(problem(417, "the only expectation that is understood is 100-continue"));
  Admission admission;
  if (core_->handler.admit) admission = core_->handler.admit(request_.head);
  if (admission.refused) return refused(*admission.refused);
  parser_.body_max(admission.body_max);
  if (parser_.failed()) return refused(problem(parser_.failure().status, parser_.failure().detail));
  if (wants_continue && !parser_.done()) stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
  request_.claim = admission.claim;
  if (!admission.body_file.empty()) open_body_file(admission);
  return true;
}

void HttpConnection::open_body_file(const Admission& admission) {
  writing_ = true;
  request_.body_file = admission.body_file;
  FileSink::open(core_->loop, admission.body_file, admission.body_offset,
                 [self = shared_from_this()](Result<std::shared_ptr<FileSink>> opened) {
                   self->writing_ = false;
                   if (self->phase_ != Phase::body) return;
                   if (!opened) return self->file_failed(opened.error());
                   self->sink_ = std::move(*opened);
                   self->enter(Phase::body);
                   self->advance();
                 });
}

void HttpConnection::write_pending() {
  writing_ = true;
  sink_->write(std::exchange(pending_, {}), [self = shared_from_this()](const Result<>& written) {
    self->writing_ = false;
    if (self->phase_ != Phase::body) return;
    if (!written) return self->file_failed(written.error());
    self->quiet_since_ = self->core_->clock.now();  // the disk's time is not the peer's
    self->advance();
  });
}

// The peer hears the status but no path of ours.
void HttpConnection::file_failed(const Error& error) {
  asked_.keep_alive = asked_.keep_alive && parser_.done();
  refuse(problem(status_of(error), error.code == ErrorCode::conflict ? error.message : "the body could not be stored"));
}

void HttpConnection::dispatch() {
  enter(Phase::handling);
  request_.body_bytes = parser_.body_bytes();
  sink_.reset();
  const auto exchange = std::make_shared<Exchange>(core_->loop, weak_from_this());
  core_->handler.handle(std::exchange(request_, {}), exchange);
}

// An answer that no handler gave. Unless the request was read to its end, the connection cannot go on.
void HttpConnection::refuse(const Answer& answer) {
  if (!parser_.done()) asked_.keep_alive = false;
  request_ = {};
  sink_.reset();
  if (phase_ == Phase::head) asked_ = {};
  this->answer(answer);
}

void HttpConnection::answer(const Answer& answer) {
  if (phase_ == Phase::gone || phase_ == Phase::lingering) return;
  write_answer(answer.status, answer.fields, answer.body, answer.body.size(), [this] { answered(); });
}

std::string HttpConnection::head_text(int status, const Fields& fields, std::optional<std::uint64_t> length) const {
  std::string text = answer_head(status, fields);
  append_field(text, "Date", http_date(core_->clock.now()));
  const bool bodiless = status < 200 || status == 204 || status == 304;
  if (length && !bodiless) append_field(text, "Content-Length", std::to_string(*length));
  if (!asked_.keep_alive && status != 101)
    append_field(text, "Connection", "close");
  else if (asked_.http_1_0)
    append_field(text, "Connection", "keep-alive");
  return text += "\r\n";
}

// `then` runs when the answer is in the kernel's hands; a peer that is gone cuts the connection instead.
void HttpConnection::write_answer(int status, const Fields& fields, const std::string& body, std::optional<std::uint64_t> length,
                                  std::function<void()> then) {
  if (core_->stopping) asked_.keep_alive = false;
  on_gone_ = nullptr;
  enter(Phase::answering);
  std::string text = head_text(status, fields, length);
  if (!asked_.head_only && status != 204 && status != 304) text += body;
  stream_->write(std::move(text), [self = shared_from_this(), then = std::move(then)](const Result<>& written) {
    if (!written) return self->cut();
    if (self->phase_ == Phase::answering) then();
  });
}

void HttpConnection::answered() {
  if (!asked_.keep_alive || core_->stopping) return linger();
  parser_ = HttpParser(HttpParser::Kind::request);
  asked_ = {};
  enter(Phase::head);
  advance();
}

// Closing at once would reset the connection while the peer still sends, and the reset may overtake the answer.
void HttpConnection::linger() {
  enter(Phase::lingering);
  leftover_ = {};
  stream_->finish([] {});
  read_more();
}

void HttpConnection::sweep(Instant now) {
  const HttpServerOptions& options = core_->options;
  if (const std::uint64_t moved = stream_->moved(); moved != last_moved_ || (phase_ == Phase::answering && stream_->unsent() == 0)) {
    last_moved_ = moved;
    quiet_since_ = now;  // waiting for our own disk is not the peer's fault either
  }
  const bool stalled = now - quiet_since_ > options.stall_timeout;
  switch (phase_) {
    case Phase::head: {
      const bool idle = !parser_.started();
      if (now - since_ <= (idle && !first_request_ ? options.idle_timeout : options.head_timeout)) return;
      ++core_->counts.timed_out;
      return idle ? cut() : refuse(problem(408, "the head of the request took too long"));
    }
    case Phase::body:
      if (writing_ || !stalled) return;
      ++core_->counts.timed_out;
      return refuse(problem(408, "the body of the request stopped coming"));
    case Phase::feed:
      if (stream_->unsent() == 0 && now - last_event_ >= options.feed_keep_alive) send_event(":\n\n");
      [[fallthrough]];
    case Phase::answering:
      if (stream_->unsent() == 0 || !stalled) return;
      ++core_->counts.timed_out;
      return cut();
    case Phase::lingering:
      if (now - since_ > linger_max) cut();
      return;
    default:
      return;
  }
}

void HttpConnection::stop() {
  asked_.keep_alive = false;
  if (phase_ == Phase::head) return cut();
  if (phase_ == Phase::feed) end_feed();
}

}  // namespace tamarack::io
