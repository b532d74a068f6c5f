#include "probe/redis_link.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tamarack::probe {

RedisLink::RedisLink(io::Loop& loop, Options options, Callbacks callbacks)
    : loop_(loop), options_(std::move(options)), callbacks_(std::move(callbacks)) {
  if (auto url = wire::parse_server_url(options_.url)) url_ = std::move(*url);
}

RedisLink::~RedisLink() {
  if (stream_) stream_->close();
}

void RedisLink::open() {
  io::Dial dial{.host = url_.host.empty() ? "localhost" : url_.host, .port = url_.port.empty() ? "6379" : url_.port};
  dial.timeout = options_.silence_max;
  if (url_.scheme == "rediss") {
    auto tls = io::TlsContext::for_client(options_.ca_file);
    if (!tls)
      return loop_.post([weak = weak_from_this(), error = tls.error()] {
        if (const auto self = weak.lock()) self->fail(error);
      });
    dial.tls = std::move(*tls);
  }
  io::connect_stream(loop_, std::move(dial), [weak = weak_from_this()](Result<std::shared_ptr<io::Stream>> stream) {
    if (const auto self = weak.lock()) return self->connected(std::move(stream));
    if (stream) (*stream)->close();
  });
}

void RedisLink::connected(Result<std::shared_ptr<io::Stream>> stream) {
  if (!stream) return fail(stream.error());
  stream_ = std::move(*stream);
  read();
  log_in();
}

void RedisLink::log_in() {
  const auto self = weak_from_this();
  const OnReply must = [self](const Result<RedisReply>& reply) {
    const auto link = self.lock();
    if (link && reply && reply->kind == RedisReply::Kind::error) link->fail(make_error(ErrorCode::unavailable, to_valid_utf8(reply->text)));
  };
  if (!url_.password.empty()) {
    if (url_.user.empty())
      command({"AUTH", url_.password}, must);
    else
      command({"AUTH", url_.user, url_.password}, must);
  }
  if (!url_.path.empty() && url_.path != "0") command({"SELECT", url_.path}, must);
  command({"PING"}, [self](const Result<RedisReply>& reply) {
    if (const auto link = self.lock()) link->finish_opening(reply);
  });
}

void RedisLink::finish_opening(const Result<RedisReply>& reply) {
  if (!reply || over_) return;  // fail() tells
  // A server that is loading, or wants a password, says so.
  if (reply->kind == RedisReply::Kind::error) return fail(make_error(ErrorCode::unavailable, to_valid_utf8(reply->text)));
  opened_ = true;
  if (const auto opened = std::exchange(callbacks_.opened, nullptr)) opened({});
}

void RedisLink::command(const std::vector<std::string>& words, OnReply done) {
  if (over_) return;
  waiting_.push_back(std::move(done));
  if (waiting_.size() == 1) watch_silence();
  stream_->write(resp_command(words));
}

void RedisLink::subscribe(const std::vector<std::string>& words) {
  subscribed_ = true;
  if (!over_) stream_->write(resp_command(words));
}

void RedisLink::read() {
  stream_->read([weak = weak_from_this()](Result<std::string_view> bytes) {
    const auto self = weak.lock();
    if (!self || self->over_) return;
    if (!bytes) return self->fail(make_error(ErrorCode::unavailable, "the connection was lost: " + bytes.error().message));
    if (bytes->empty()) return self->fail(make_error(ErrorCode::unavailable, "the server ended the connection"));
    self->take(*bytes);
    if (!self->over_) self->read();
  });
}

void RedisLink::take(std::string_view bytes) {
  auto replies = reader_.feed(bytes);
  if (!replies) return fail(replies.error());
  for (RedisReply& reply : *replies) {
    if (over_) return;
    if (subscribed_) {
      if (callbacks_.message) callbacks_.message(reply);
      continue;
    }
    if (waiting_.empty()) return fail(make_error(ErrorCode::unavailable, "the answer is not Redis: nothing was asked"));
    const OnReply done = std::move(waiting_.front());
    waiting_.pop_front();
    done(std::move(reply));
  }
  if (!waiting_.empty() && !over_) watch_silence();
  if (waiting_.empty()) silence_.cancel();
}

void RedisLink::watch_silence() {
  silence_ = loop_.after(options_.silence_max, [this] {
    fail(make_error(ErrorCode::unavailable, fmt::format("no answer within {}", human_duration(options_.silence_max))));
  });
}

void RedisLink::fail(Error error) {
  if (std::exchange(over_, true)) return;
  const auto self = shared_from_this();  // the callbacks may drop the last one
  silence_.cancel();
  if (stream_) stream_->close();
  const bool too_large = error.code == ErrorCode::limit_exceeded;
  bool first = true;
  for (const OnReply& done : std::exchange(waiting_, {})) {
    // What is too large was the answer to the first one; the others only share its connection.
    const bool other = too_large && !std::exchange(first, false);
    done(other ? make_error(ErrorCode::unavailable, "the connection was lost: an answer before was too large") : error);
  }
  if (const auto opened = std::exchange(callbacks_.opened, nullptr)) return opened(std::move(error));
  if (const auto lost = std::exchange(callbacks_.lost, nullptr)) lost(error);
}

}  // namespace tamarack::probe
