#include "io/http_client.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "io/body_file.h"
#include "io/client_connection.h"

namespace tamarack::io {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// The request goes out and the answer comes in independently: a server may refuse an upload while it is still being sent.
class Call final : public ClientConnection {
 public:
  Call(Loop& loop, ClientRequest request, HttpUrl url, std::function<void(Result<ClientAnswer>)> done)
      : ClientConnection(loop, std::move(url)), request_(std::move(request)), done_(std::move(done)) {}

  void start() {
    Plan plan{.ca_file = request_.ca_file, .connect_timeout = request_.connect_timeout, .too_late = "no complete answer"};
    if (request_.total_timeout > Millis{0}) plan.deadline = request_.total_timeout;
    connect(plan);
  }

 private:
  std::shared_ptr<Call> me() { return std::static_pointer_cast<Call>(shared_from_this()); }
  bool over() const override { return !done_; }

  void connected() override {
    watch_silence();
    open_source();
  }

  void open_source() {
    if (request_.body_file.empty()) return send_head(request_.body.size());
    FileSource::open(loop_, request_.body_file, [self = me()](Result<std::shared_ptr<FileSource>> source) {
      if (!self->done_) return;
      if (!source) return self->fail(source.error());
      if ((*source)->size() < self->request_.body_offset)
        return self->fail(
            make_error(ErrorCode::invalid_argument, fmt::format("'{}' has only {} bytes, cannot send from byte {}",
                                                                self->request_.body_file, (*source)->size(), self->request_.body_offset)));
      self->source_ = std::move(*source);
      self->send_head(self->source_->size() - self->request_.body_offset);
    });
  }

  void send_head(std::uint64_t length) {
    Fields own;
    if (field_of(request_.fields, "User-Agent").empty()) own.emplace_back("User-Agent", "tamarack");
    own.emplace_back("Connection", "close");
    std::string head = request_head(request_.method, own, request_.fields);
    if (request_.save_offset > 0) append_field(head, "Range", fmt::format("bytes={}-", request_.save_offset));
    if (length > 0 || (request_.method != "GET" && request_.method != "HEAD")) append_field(head, "Content-Length", std::to_string(length));
    head += "\r\n";
    if (!source_) head += std::exchange(request_.body, {});
    stream_->write(std::move(head));
    if (source_) send_piece(request_.body_offset, length);
    read();
  }

  void send_piece(std::uint64_t offset, std::uint64_t left) {
    if (left == 0 || !done_) return;
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left, file_piece_max));
    source_->read(offset, length, [self = me(), offset, left, length](Result<std::string> piece) {
      if (!self->done_) return;
      if (!piece) return self->fail(piece.error());
      self->stream_->write(std::move(*piece), [self, offset, left, length](const Result<>& written) {
        if (written) self->send_piece(offset + length, left - length);  // a failure shows itself to the reader, behind the answer
      });
    });
  }

  void ended() override {
    if (parser_.done()) return finish();
    fail(make_error(ErrorCode::unavailable, "the connection ended before the answer was complete"));
  }

  void take(std::string_view bytes) override {
    const auto sink = [this](std::string_view piece) { (sink_ ? pending_ : answer_.body) += piece; };
    while (!bytes.empty() && !busy_ && !parser_.done()) {
      bytes.remove_prefix(parser_.feed(bytes, sink));
      if (parser_.failed()) return parse_failed();
      if (!head_seen_ && parser_.head_done()) on_head();
      if (parser_.failed()) return parse_failed();
      if (!done_) return;
      if (!pending_.empty()) write_pending();
      if (streams_ && !answer_.body.empty() && !request_.on_piece(std::exchange(answer_.body, {})))
        return fail(make_error(ErrorCode::cancelled, "the reader has had enough"));
      if (cuts_ && answer_.body.size() > request_.body_max) return cut();
    }
    leftover_ = std::string(bytes);
    advance();
  }

  void advance() {
    if (busy_ || !done_) return;
    if (head_seen_ && parser_.done()) return finish();
    if (leftover_.empty()) return read();
    take(std::exchange(leftover_, {}));
  }

  void on_head() {
    const int status = parser_.head().status;
    if (status < 200) {  // 100 Continue and its like come before the answer
      if (++interim_ > 16) return fail(make_error(ErrorCode::unavailable, "the server sends nothing but interim answers"));
      parser_ = HttpParser(HttpParser::Kind::answer);
      return;
    }
    head_seen_ = true;
    MessageHead head = parser_.take_head();
    answer_.status = status;
    answer_.fields = std::move(head.fields);
    if (request_.method == "HEAD") parser_.expect_no_body();
    const bool save = !request_.save_file.empty() && (status == 200 || status == 206);
    streams_ = request_.on_piece && status == 200;
    cuts_ = request_.cut_body && !save && !streams_;
    parser_.body_max(save || streams_ || cuts_ ? request_.save_max : request_.body_max);
    if (streams_ && request_.on_stream) request_.on_stream();
    if (save && !parser_.failed()) open_sink(status == 206);
  }

  void cut() {
    answer_.body.resize(request_.body_max);
    answer_.truncated = true;
    finish();
  }

  void open_sink(bool part) {
    std::uint64_t first = 0;
    if (part) {
      std::string_view range = answer_.field("Content-Range");
      range.remove_prefix(std::min<std::size_t>(range.size(), std::string_view("bytes ").size()));
      const auto parsed = std::from_chars(range.data(), range.data() + range.size(), first);
      if (parsed.ec != std::errc{} || first != request_.save_offset)
        return fail(make_error(ErrorCode::unavailable,
                               fmt::format("asked for bytes from {} on, got '{}'", request_.save_offset, answer_.field("Content-Range"))));
    }
    busy_ = true;
    FileSink::open(loop_, request_.save_file, first, [self = me()](Result<std::shared_ptr<FileSink>> opened) {
      self->busy_ = false;
      if (!self->done_) return;
      if (!opened) return self->fail(opened.error());
      self->sink_ = std::move(*opened);
      self->advance();
    });
  }

  void write_pending() {
    busy_ = true;
    const std::size_t count = pending_.size();
    sink_->write(std::exchange(pending_, {}), [self = me(), count](const Result<>& written) {
      self->busy_ = false;
      if (!self->done_) return;
      if (!written) return self->fail(written.error());
      self->answer_.saved_bytes += count;
      self->advance();
    });
  }

  void parse_failed() {
    if (parser_.failure().status == 413) return fail(make_error(ErrorCode::limit_exceeded, "the answer is longer than allowed"));
    fail(make_error(ErrorCode::unavailable, "the answer is not HTTP: " + parser_.failure().detail));
  }

  void watch_silence() {
    const Millis tick = std::clamp(request_.silence_timeout / 4, Millis{10}, Millis{1000});
    silence_ = loop_.after(tick, [weak = std::weak_ptr(me())] {
      const auto self = weak.lock();
      if (!self || !self->done_) return;
      const SteadyTime now = std::chrono::steady_clock::now();
      if (self->busy_ || self->stream_->moved() != self->last_moved_ || self->heard_ == SteadyTime{}) {
        self->last_moved_ = self->stream_->moved();
        self->heard_ = now;
      }
      if (self->request_.is_wanted && !self->request_.is_wanted())
        return self->fail(make_error(ErrorCode::cancelled, "nobody wants the answer any more"));
      if (now - self->heard_ >= self->request_.silence_timeout) return self->fail_too_late("nothing moved", self->request_.silence_timeout);
      self->watch_silence();
    });
  }

  void finish() { end(std::move(answer_)); }
  void fail(Error error) override { end(std::move(error).in(fmt::format("{} {}", request_.method, request_.url))); }
  void end(Result<ClientAnswer> result) {
    const auto done = std::exchange(done_, nullptr);
    if (!done) return;
    hang_up();
    silence_.cancel();
    source_.reset();
    sink_.reset();
    done(std::move(result));
  }

  ClientRequest request_;
  std::function<void(Result<ClientAnswer>)> done_;  // empty: over
  std::shared_ptr<FileSource> source_;
  std::shared_ptr<FileSink> sink_;
  ClientAnswer answer_;
  std::string leftover_;
  std::string pending_;
  bool busy_ = false;  // the file is being opened or written
  bool head_seen_ = false;
  bool streams_ = false;
  bool cuts_ = false;  // the body at body_max
  int interim_ = 0;
  Timer silence_;
  std::uint64_t last_moved_ = 0;
  SteadyTime heard_{};
};

}  // namespace

void http_call(Loop& loop, ClientRequest request, std::function<void(Result<ClientAnswer>)> done) {
  Result<HttpUrl> url = parse_http_url(request.url);
  if (!url) return loop.post([done = std::move(done), error = url.error()] { done(error); });
  std::make_shared<Call>(loop, std::move(request), std::move(*url), std::move(done))->start();
}

ErrorCode code_of_status(int status) {
  if (status >= 500 || status == 408 || status == 429) return ErrorCode::unavailable;
  if (status == 404) return ErrorCode::not_found;
  return status == 409 ? ErrorCode::conflict : ErrorCode::invalid_argument;
}

}  // namespace tamarack::io
