#include "io/client_connection.h"

#include <fmt/format.h>

namespace tamarack::io {

void ClientConnection::connect(const Plan& plan) {
  Dial dial{.host = url_.host, .port = url_.port, .timeout = plan.connect_timeout};
  if (url_.tls) {
    Result<std::shared_ptr<TlsContext>> tls = TlsContext::for_client(plan.ca_file);
    if (!tls) return loop_.post([self = shared_from_this(), error = tls.error()] { self->fail(error); });
    dial.tls = std::move(*tls);
  }
  if (plan.deadline)
    deadline_ = loop_.after(*plan.deadline, [weak = weak_from_this(), what = plan.too_late, timeout = *plan.deadline] {
      if (const auto self = weak.lock()) self->fail_too_late(what, timeout);
    });
  connect_stream(loop_, std::move(dial), [self = shared_from_this()](Result<std::shared_ptr<Stream>> stream) {
    if (self->over()) {
      if (stream) (*stream)->close();
      return;
    }
    if (!stream) return self->fail(stream.error());
    self->stream_ = std::move(*stream);
    self->connected();
  });
}

std::string ClientConnection::request_head(std::string_view method, const Fields& own, const Fields& given) const {
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", method, url_.target);
  append_field(head, "Host", url_.authority);
  for (const Fields* fields : {&own, &given})
    for (const auto& [name, value] : *fields) append_field(head, name, value);
  return head;
}

void ClientConnection::read() {
  if (over()) return;
  stream_->read([self = shared_from_this()](Result<std::string_view> bytes) {
    if (self->over()) return;
    if (!bytes) return self->fail(bytes.error());
    if (!bytes->empty()) return self->take(*bytes);
    self->parser_.end();
    self->ended();
  });
}

void ClientConnection::fail_too_late(std::string_view what, Millis timeout) {
  fail(make_error(ErrorCode::unavailable, fmt::format("{} within {}", what, human_duration(timeout))));
}

void ClientConnection::hang_up() {
  deadline_.cancel();
  if (stream_) stream_->close();
}

}  // namespace tamarack::io
