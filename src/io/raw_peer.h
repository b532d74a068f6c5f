// A blocking socket for tests: sends any bytes, however wrong, and reads what comes back. It gives up after ten seconds without a byte.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::io {

class RawPeer {
 public:
  // `receive_buffer`: bytes the kernel may keep for us, 0: as many as it likes.
  explicit RawPeer(int port, int receive_buffer = 0) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const void* raw = &address;
    connected_ = ::connect(socket_, static_cast<const sockaddr*>(raw), sizeof address) == 0;
  }
  ~RawPeer() { ::close(socket_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  // Everything until the other side ends.
  std::string read_all() {
    while (more()) {
    }
    return std::exchange(seen_, {});
  }
  // Up to and including `mark`; what comes behind it is kept for the next call.
  std::string read_until(std::string_view mark) {
    std::size_t at = seen_.find(mark);
    while (at == std::string::npos && more()) at = seen_.find(mark);
    const std::size_t length = at == std::string::npos ? seen_.size() : at + mark.size();
    std::string piece = seen_.substr(0, length);
    seen_.erase(0, length);
    return piece;
  }
  std::string read_bytes(std::size_t count) {
    while (seen_.size() < count && more()) {
    }
    std::string piece = seen_.substr(0, count);
    seen_.erase(0, piece.size());
    return piece;
  }
  bool ended() { return seen_.empty() && !more(); }

 private:
  bool more() {
    char buffer[16384];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count > 0) seen_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_;
  bool connected_ = false;
  std::string seen_;
};

}  // namespace tamarack::io
