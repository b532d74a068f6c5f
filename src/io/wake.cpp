#include "io/wake.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>

namespace tamarack::io {

Wake::Wake() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Wake::~Wake() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Wake::ring() {
  const std::uint64_t one = 1;
  (void)!::write(descriptor_, &one, sizeof one);
}

Wake::Reason Wake::wait(Interest interest, Millis timeout) {
  pollfd watched[] = {{.fd = descriptor_, .events = POLLIN, .revents = 0},
                      {.fd = interest.socket, .events = static_cast<short>(interest.write ? POLLOUT : POLLIN), .revents = 0}};
  const std::int64_t ms = std::clamp<std::int64_t>(timeout.count(), 0, std::numeric_limits<int>::max());
  if (::poll(watched, 2, static_cast<int>(ms)) <= 0) return Reason::timeout;  // a signal counts as one, too
  if (watched[0].revents != 0) {
    std::uint64_t count = 0;
    (void)!::read(descriptor_, &count, sizeof count);
    return Reason::rung;
  }
  return Reason::ready;
}

namespace {

// Until the connection stands or has failed.
Wake::Reason wait_connected(int socket, Millis timeout, Wake& wake, const std::function<bool()>& is_wanted) {
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::duration_cast<Millis>(until - steady_clock::now());
    const Wake::Reason reason = wake.wait({.socket = socket, .write = true}, left);
    if (reason == Wake::Reason::ready || (reason == Wake::Reason::timeout && left <= Millis{0})) return reason;
    if (reason == Wake::Reason::rung && !is_wanted()) return reason;
  }
}

Result<int> connect_one(const addrinfo& to, Millis timeout, Wake& wake, const std::function<bool()>& is_wanted) {
  const int socket = ::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to.ai_protocol);
  if (socket < 0) return make_error(ErrorCode::unavailable, std::strerror(errno));
  const auto give_up = [socket](ErrorCode code, std::string why) {
    ::close(socket);
    return make_error(code, std::move(why));
  };
  if (::connect(socket, to.ai_addr, to.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return give_up(ErrorCode::unavailable, std::strerror(errno));
    const Wake::Reason reason = wait_connected(socket, timeout, wake, is_wanted);
    if (reason == Wake::Reason::rung) return give_up(ErrorCode::cancelled, "not wanted any more");
    if (reason == Wake::Reason::timeout) return give_up(ErrorCode::unavailable, "no connection within " + human_duration(timeout));
    int failed = 0;
    socklen_t length = sizeof failed;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failed, &length);
    if (failed != 0) return give_up(ErrorCode::unavailable, std::strerror(failed));
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

}  // namespace

Result<int> connect_socket(const std::string& host, const std::string& port, Millis timeout, Wake& wake,
                           const std::function<bool()>& is_wanted) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  const auto cannot = [&](const std::string& why) {
    return make_error(ErrorCode::unavailable, fmt::format("cannot connect to {} port {}: {}", host, port, why));
  };
  if (failed != 0) return cannot(::gai_strerror(failed));
  Error last = cannot("it has no address");
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    auto socket = connect_one(*one, timeout, wake, is_wanted);
    if (socket || socket.error().code == ErrorCode::cancelled) {
      ::freeaddrinfo(found);
      return socket;
    }
    last = cannot(socket.error().message);
  }
  ::freeaddrinfo(found);
  return last;
}

void shut_socket(int socket) {
  ::shutdown(socket, SHUT_RDWR);
}

}  // namespace tamarack::io
