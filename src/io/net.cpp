#include "io/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <csignal>
#include <cstring>

#include "io/context.h"

namespace tamarack::io {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds body_patience{250};

class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
 public:
  HttpExchange(asio::io_context& io, std::string url, std::function<void(Result<HttpResponse>)> done)
      : url_(std::move(url)), done_(std::move(done)), stream_(io) {
    parser_.body_limit(boost::none);  // the rest of a long body is not read: see drain()
  }

  void start(Names& names, const HttpRequest& request, const Url& url) {
    stream_.expires_after(request.timeout);
    request_.method_string(request.method);
    request_.target(url.target);
    request_.set(http::field::host, url.host + ":" + url.port);
    request_.set(http::field::user_agent, "tamarack");
    request_.set(http::field::connection, "close");
    if (!request.content_type.empty()) request_.set(http::field::content_type, request.content_type);
    request_.body() = request.body;
    request_.prepare_payload();
    names.look_up(url.host, url.port, [self = shared_from_this()](const Result<std::vector<Address>>& found) {
      if (!found) return self->fail(found.error().message);
      self->stream_.async_connect(endpoints_of(*found), [self](auto refused, const auto&) {
        if (refused) return self->fail(refused);
        http::async_write(self->stream_, self->request_, [self](auto broken, std::size_t) {
          if (broken) return self->fail(broken);
          http::async_read_header(self->stream_, self->buffer_, self->parser_, [self](auto unreadable, std::size_t) {
            if (unreadable) return self->fail(unreadable);
            self->stream_.expires_after(body_patience);
            self->drain();
          });
        });
      });
    });
  }

 private:
  // The status has come, and it alone counts. The body is read only so that a server is not cut off in the middle of a short answer: a
  // page without end or of many megabytes is an answer all the same.
  void drain() {
    if (parser_.is_done() || parser_.get().body().size() >= http_body_max) return finish();
    http::async_read_some(stream_, buffer_, parser_, [self = shared_from_this()](auto ended, std::size_t) {
      if (ended) return self->finish();
      self->drain();
    });
  }

  void finish() {
    std::string& body = parser_.get().body();
    if (body.size() > http_body_max) body.resize(http_body_max);
    done_(HttpResponse{static_cast<int>(parser_.get().result_int()), std::move(body)});
  }

  void fail(const boost::system::error_code& cause) { fail(cause.message()); }
  void fail(const std::string& why) { done_(make_error(ErrorCode::unavailable, fmt::format("no answer from {}: {}", url_, why))); }

  std::string url_;
  std::function<void(Result<HttpResponse>)> done_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
};

}  // namespace

Result<int> free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  void* raw = &address;
  const bool bound = probe >= 0 && ::bind(probe, static_cast<sockaddr*>(raw), length) == 0 &&
                     ::getsockname(probe, static_cast<sockaddr*>(raw), &length) == 0;
  const int number = errno;
  if (probe >= 0) ::close(probe);
  if (!bound) return make_error(ErrorCode::unavailable, fmt::format("no free port on the loopback interface: {}", std::strerror(number)));
  return static_cast<int>(ntohs(address.sin_port));
}

bool port_answers(int port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const void* raw = &address;
  const bool answers = ::connect(probe, static_cast<const sockaddr*>(raw), sizeof address) == 0;
  ::close(probe);
  return answers;
}

Result<Url> parse_url(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  const auto bad = [&](std::string_view why) {
    return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is not a usable URL: {}", url, why),
                      "write it as http://host:port/path");
  };
  if (!std::string_view(url).starts_with(scheme)) return bad("only http:// is supported here");
  const std::string rest = url.substr(scheme.size());
  const std::size_t slash = rest.find('/');
  const std::string authority = rest.substr(0, slash);
  Url parsed{.host = authority, .port = "80", .target = slash == std::string::npos ? "/" : rest.substr(slash)};
  if (const std::size_t colon = authority.rfind(':'); colon != std::string::npos && !authority.ends_with(']')) {
    parsed.host = authority.substr(0, colon);
    parsed.port = authority.substr(colon + 1);
  }
  if (parsed.host.empty() || parsed.port.empty()) return bad("host or port is missing");
  return parsed;
}

void http_request(Loop& loop, const HttpRequest& request, std::function<void(Result<HttpResponse>)> done) {
  const Result<Url> url = parse_url(request.url);
  if (!url) {
    loop.post([done, error = url.error()] { done(error); });
    return;
  }
  std::make_shared<HttpExchange>(loop.context().io, request.url, std::move(done))->start(names_of(loop), request, *url);
}

void tcp_probe(Loop& loop, const std::string& host, const std::string& port, Millis timeout, std::function<void(Result<>)> done) {
  struct Probe {
    explicit Probe(asio::io_context& io) : stream(io) {}
    beast::tcp_stream stream;
  };
  auto probe = std::make_shared<Probe>(loop.context().io);
  probe->stream.expires_after(timeout);
  names_of(loop).look_up(host, port, [probe, done](const Result<std::vector<Address>>& found) {
    if (!found) return done(make_error(ErrorCode::unavailable, found.error().message));
    probe->stream.async_connect(endpoints_of(*found), [probe, done](auto refused, const auto&) {
      if (refused) return done(make_error(ErrorCode::unavailable, refused.message()));
      done({});
    });
  });
}

struct SignalWatch::State : std::enable_shared_from_this<SignalWatch::State> {
  State(asio::io_context& io, std::function<void(int)> callback) : signals(io, SIGINT, SIGTERM, SIGHUP), on_signal(std::move(callback)) {}
  void wait() {
    signals.async_wait([self = shared_from_this()](const boost::system::error_code& failed, int number) {
      if (failed) return;
      self->on_signal(number);
      self->wait();
    });
  }
  asio::signal_set signals;
  std::function<void(int)> on_signal;
};

SignalWatch::SignalWatch(Loop& loop, std::function<void(int)> on_signal)
    : state_(std::make_shared<State>(loop.context().io, std::move(on_signal))) {
  state_->wait();
}

SignalWatch::~SignalWatch() {
  state_->signals.cancel();
}

}  // namespace tamarack::io
