#include "io/stream.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

#include "io/context.h"

namespace tamarack::io {
namespace {

using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t read_max = 64 * 1024;
constexpr std::size_t write_once_max = 256 * 1024;  // one stream does not keep the loop busy for longer than such a copy takes
constexpr std::size_t batch_compact_min = 256 * 1024;

// Every read of this thread goes into the same buffer: the bytes are used before the next read begins.
char* scratch() {
  thread_local std::array<char, read_max> buffer;
  return buffer.data();
}

// Bytes on their way out and who waits for them. It lives in the pending operation and nowhere else, so a loop that goes away takes
// the callbacks with it.
struct Batch {
  std::string bytes;
  std::size_t sent = 0;
  std::vector<Stream::OnWritten> waiting;
};

class SocketStream final : public Stream, public std::enable_shared_from_this<SocketStream> {
 public:
  explicit SocketStream(tcp::socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    const auto endpoint = socket_.remote_endpoint(ignored);
    peer_ = ignored ? "unknown" : endpoint.address().to_string();
  }

  void secure(TlsContext& tls, const std::string& host) { tls_ = tls.open(socket_.native_handle(), host); }

  void handshake(std::function<void(Result<>)> done) {
    if (closed_) return;
    const Moved moved = tls_->handshake();
    if (moved.transfer == Transfer::want_read || moved.transfer == Transfer::want_write)
      return wait(moved.transfer, [self = shared_from_this(), done = std::move(done)]() mutable { self->handshake(std::move(done)); });
    if (moved.transfer == Transfer::moved) return done({});
    done(make_error(ErrorCode::unavailable, moved.why.empty() ? "the peer ended the TLS handshake" : moved.why));
  }

  void read(OnRead done) override {
    if (closed_) return;
    auto next = [self = shared_from_this(), done = std::move(done)]() mutable { self->read_now(std::move(done)); };
    if (tls_ && tls_->has_pending())
      asio::post(socket_.get_executor(), std::move(next));
    else
      wait(Transfer::want_read, std::move(next));
  }

  void write(std::string bytes, OnWritten done) override {
    if (closed_) return;
    std::shared_ptr<Batch> batch = batch_.lock();
    if (batch) {
      batch->bytes += bytes;
    } else {
      batch = std::make_shared<Batch>();
      batch->bytes = std::move(bytes);
      batch_ = batch;
      asio::post(socket_.get_executor(), [self = shared_from_this(), batch] { self->flush(batch); });
    }
    if (done) batch->waiting.push_back(std::move(done));
  }

  std::size_t unsent() const override {
    const std::shared_ptr<Batch> batch = batch_.lock();
    return batch ? batch->bytes.size() - batch->sent : 0;
  }
  std::uint64_t moved() const override { return moved_; }

  void finish(Callback done) override {
    write({}, [self = shared_from_this(), done = std::move(done)](const Result<>& written) {
      if (written) {
        if (self->tls_) self->tls_->say_goodbye();
        error_code ignored;
        self->socket_.shutdown(tcp::socket::shutdown_send, ignored);
      }
      done();
    });
  }

  void close() override {
    if (closed_) return;
    closed_ = true;
    if (tls_) tls_->say_goodbye();
    error_code ignored;
    socket_.close(ignored);
  }
  const std::string& peer() const override { return peer_; }

 private:
  template <class Next>
  void wait(Transfer wanted, Next next) {
    const auto direction = wanted == Transfer::want_write ? tcp::socket::wait_write : tcp::socket::wait_read;
    socket_.async_wait(direction, [self = shared_from_this(), next = std::move(next)](const error_code&) mutable {
      if (!self->closed_) next();  // an error shows itself again in the transfer
    });
  }

  Moved receive(char* into, std::size_t bytes_max) {
    if (tls_) return tls_->read(into, bytes_max);
    const ssize_t count = ::recv(socket_.native_handle(), into, bytes_max, MSG_DONTWAIT);
    if (count > 0) return {.transfer = Transfer::moved, .bytes = static_cast<std::size_t>(count)};
    if (count == 0) return {.transfer = Transfer::ended};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.transfer = Transfer::want_read};
    return {.transfer = Transfer::failed, .why = std::strerror(errno)};
  }
  Moved send(std::string_view bytes) {
    if (tls_) return tls_->write(bytes);
    const ssize_t count = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) return {.transfer = Transfer::moved, .bytes = static_cast<std::size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.transfer = Transfer::want_write};
    return {.transfer = Transfer::failed, .why = std::strerror(errno)};
  }

  void read_now(OnRead done) {
    if (closed_) return;
    std::size_t filled = 0;
    Moved last;
    do {  // a TLS record holds 16 KiB at most: gather what is there
      last = receive(scratch() + filled, read_max - filled);
      filled += last.bytes;
    } while (tls_ && last.transfer == Transfer::moved && filled < read_max && tls_->has_pending());
    moved_ += filled;
    if (filled > 0) return done(std::string_view(scratch(), filled));  // an end or a failure behind it comes with the next read
    if (last.transfer == Transfer::ended) return done(std::string_view{});
    if (last.transfer == Transfer::failed) return done(make_error(ErrorCode::unavailable, last.why));
    wait(last.transfer, [self = shared_from_this(), done = std::move(done)]() mutable { self->read_now(std::move(done)); });
  }

  void flush(const std::shared_ptr<Batch>& batch) {
    std::size_t count = 0;
    while (!closed_ && batch->sent < batch->bytes.size()) {
      if (count >= write_once_max) return asio::post(socket_.get_executor(), [self = shared_from_this(), batch] { self->flush(batch); });
      const Moved moved = send(std::string_view(batch->bytes).substr(batch->sent));
      if (moved.transfer == Transfer::want_read || moved.transfer == Transfer::want_write) {
        compact(*batch);
        return wait(moved.transfer, [self = shared_from_this(), batch] { self->flush(batch); });
      }
      if (moved.transfer != Transfer::moved) return finish_batch(batch, make_error(ErrorCode::unavailable, moved.why));
      batch->sent += moved.bytes;
      moved_ += moved.bytes;
      count += moved.bytes;
    }
    finish_batch(batch, {});
  }

  static void compact(Batch& batch) {
    if (batch.sent < batch_compact_min || batch.sent < batch.bytes.size() / 2) return;
    batch.bytes.erase(0, batch.sent);
    batch.sent = 0;
  }

  void finish_batch(const std::shared_ptr<Batch>& batch, const Result<>& result) {
    batch_.reset();
    for (const OnWritten& done : batch->waiting)
      if (!closed_) done(result);
  }

  tcp::socket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::string peer_;
  std::weak_ptr<Batch> batch_;
  std::uint64_t moved_ = 0;
  bool closed_ = false;
};

class Dialling : public std::enable_shared_from_this<Dialling> {
 public:
  Dialling(Loop& loop, Dial dial, std::function<void(Result<std::shared_ptr<Stream>>)> done)
      : dial_(std::move(dial)), done_(std::move(done)), socket_(loop.context().io) {}

  void start(Loop& loop) {
    deadline_ = loop.after(dial_.timeout, [weak = weak_from_this(), timeout = dial_.timeout] {
      if (const auto self = weak.lock()) self->fail(fmt::format("no connection within {}", human_duration(timeout)));
    });
    names_of(loop).look_up(dial_.host, dial_.port, [self = shared_from_this()](const Result<std::vector<Address>>& found) {
      if (!found) return self->fail(found.error().message);
      if (self->done_) self->connect(endpoints_of(*found));
    });
  }

 private:
  void connect(const std::vector<tcp::endpoint>& endpoints) {
    asio::async_connect(socket_, endpoints, [self = shared_from_this()](const error_code& refused, const tcp::endpoint&) {
      if (refused) return self->fail(refused.message());
      self->connected();
    });
  }
  void connected() {
    if (!done_) return;
    stream_ = std::make_shared<SocketStream>(std::move(socket_));
    if (!dial_.tls) return succeed();
    stream_->secure(*dial_.tls, dial_.host);
    stream_->handshake([self = shared_from_this()](const Result<>& secured) {
      if (!secured) return self->fail(secured.error().message);
      self->succeed();
    });
  }
  void succeed() {
    deadline_.cancel();
    if (const auto done = std::exchange(done_, nullptr)) done(std::shared_ptr<Stream>(std::move(stream_)));
  }
  void fail(const std::string& why) {
    deadline_.cancel();
    const auto done = std::exchange(done_, nullptr);
    if (!done) return;
    error_code ignored;
    socket_.close(ignored);
    if (stream_) stream_->close();
    done(make_error(ErrorCode::unavailable, fmt::format("cannot connect to {} port {}: {}", dial_.host, dial_.port, why)));
  }

  Dial dial_;
  std::function<void(Result<std::shared_ptr<Stream>>)> done_;
  tcp::socket socket_;
  std::shared_ptr<SocketStream> stream_;
  Timer deadline_;
};

}  // namespace

void connect_stream(Loop& loop, Dial dial, std::function<void(Result<std::shared_ptr<Stream>>)> done) {
  std::make_shared<Dialling>(loop, std::move(dial), std::move(done))->start(loop);
}

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  State(Loop& used_loop, std::shared_ptr<TlsContext> context, OnStream callback)
      : loop(used_loop), acceptor(used_loop.context().io), tls(std::move(context)), on_stream(std::move(callback)) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& failed, tcp::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (failed) {  // out of descriptors, mostly: those who wait get their turn when others have left
        self->retry = self->loop.after(Millis{100}, [weak = std::weak_ptr(self)] {
          if (const auto state = weak.lock(); state && state->acceptor.is_open()) state->accept();
        });
        return;
      }
      auto stream = std::make_shared<SocketStream>(std::move(socket));
      if (self->tls) stream->secure(*self->tls, {});
      const OnStream callback = self->on_stream;  // it may end the listener, and itself with it
      callback(std::move(stream));
      if (self->acceptor.is_open()) self->accept();
    });
  }

  Loop& loop;
  tcp::acceptor acceptor;
  std::shared_ptr<TlsContext> tls;
  OnStream on_stream;
  Timer retry;
};

Result<std::unique_ptr<Listener>> Listener::listen(Loop& loop, const std::string& host, int port, std::shared_ptr<TlsContext> tls,
                                                   OnStream on_stream) {
  if (port < 0 || port > 65535) return make_error(ErrorCode::invalid_argument, fmt::format("the port must be 0 to 65535, got {}", port));
  error_code failed;
  tcp::resolver resolver(loop.context().io);
  const auto endpoints = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, failed);
  if (failed || endpoints.empty())
    return make_error(ErrorCode::invalid_argument, fmt::format("cannot listen on '{}': {}", host, failed.message()),
                      "give an address of this machine, for example 127.0.0.1 or 0.0.0.0");
  const tcp::endpoint endpoint = endpoints.begin()->endpoint();
  auto state = std::make_shared<State>(loop, std::move(tls), std::move(on_stream));
  state->acceptor.open(endpoint.protocol(), failed);
  if (!failed) state->acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) state->acceptor.bind(endpoint, failed);
  if (!failed) state->acceptor.listen(1024, failed);
  if (failed)
    return make_error(ErrorCode::unavailable, fmt::format("cannot listen on {} port {}: {}", host, port, failed.message()),
                      "choose another port, or stop the program that uses it");
  state->accept();
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::~Listener() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
  state_->on_stream = nullptr;
}

int Listener::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

}  // namespace tamarack::io
