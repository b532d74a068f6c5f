#include "io/inotify.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <map>

#include "io/context.h"

namespace tamarack::io {

struct Inotify::State : std::enable_shared_from_this<Inotify::State> {
  explicit State(asio::io_context& io) : stream(io), buffer(65536) {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor >= 0) stream.assign(descriptor);
  }

  void read() {
    stream.async_read_some(asio::buffer(buffer), [self = shared_from_this()](const boost::system::error_code& failed, std::size_t count) {
      if (failed) return;
      self->deliver(self->buffer.data(), count);
      self->read();
    });
  }

  void drain() {
    std::vector<char> bytes(65536);
    while (stream.is_open()) {
      const ssize_t count = ::read(stream.native_handle(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;
      deliver(bytes.data(), static_cast<std::size_t>(count));
    }
  }

  void deliver(const char* bytes, std::size_t count) {
    std::size_t at = 0;
    while (at + sizeof(inotify_event) <= count) {
      inotify_event header{};
      std::memcpy(&header, bytes + at, sizeof header);
      const char* name = bytes + at + sizeof header;
      at += sizeof header + header.len;
      if ((header.mask & IN_Q_OVERFLOW) != 0) {
        for (const Callback& callback : overflow) callback();
        continue;
      }
      const auto found = watches.find(header.wd);
      if (found == watches.end()) continue;
      const auto callback = found->second;  // a copy: the callback may unwatch itself
      callback({header.mask, header.len > 0 ? std::string(name) : std::string{}});
    }
  }

  asio::posix::stream_descriptor stream;
  std::vector<char> buffer;
  std::map<int, std::function<void(const Event&)>> watches;
  std::vector<Callback> overflow;
};

Inotify::Inotify(Loop& loop) : state_(std::make_shared<State>(loop.context().io)) {
  if (state_->stream.is_open()) state_->read();
}

Inotify::~Inotify() {
  state_->watches.clear();
  state_->overflow.clear();
  boost::system::error_code ignored;
  state_->stream.close(ignored);
}

Result<int> Inotify::watch(const std::string& path, std::uint32_t mask, std::function<void(const Event&)> on_event) {
  if (!state_->stream.is_open())
    return make_error(ErrorCode::unavailable, "no inotify instance is left for this user", "raise fs.inotify.max_user_instances");
  const int number = ::inotify_add_watch(state_->stream.native_handle(), path.c_str(), mask);
  if (number < 0) {
    const int cause = errno;
    return make_error(ErrorCode::io, fmt::format("cannot watch '{}': {}", path, std::strerror(cause)),
                      cause == ENOSPC ? "raise fs.inotify.max_user_watches" : "");
  }
  state_->watches[number] = std::move(on_event);
  return number;
}

void Inotify::unwatch(int number) {
  if (state_->watches.erase(number) > 0 && state_->stream.is_open()) ::inotify_rm_watch(state_->stream.native_handle(), number);
}

void Inotify::drain() {
  state_->drain();
}

void Inotify::on_overflow(Callback callback) {
  state_->overflow.push_back(std::move(callback));
}

FileFollower::FileFollower(Loop& loop, Inotify& inotify, const std::string& path, std::function<void(std::string_view)> on_bytes)
    : inotify_(inotify), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), on_bytes_(std::move(on_bytes)), loop_(loop) {
  const auto watched = inotify_.watch(path, IN_MODIFY, [this](const Inotify::Event&) { drain(); });
  if (watched)
    watch_ = *watched;
  else
    poll();  // a file system without inotify, or its limits: look ten times a second
}

FileFollower::~FileFollower() {
  if (watch_ >= 0) inotify_.unwatch(watch_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileFollower::poll() {
  drain();
  poll_ = loop_.after(Millis{100}, [this] { poll(); });
}

void FileFollower::drain() {
  char buffer[65536];
  while (descriptor_ >= 0) {
    const ssize_t count = ::read(descriptor_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    on_bytes_({buffer, static_cast<std::size_t>(count)});
  }
}

}  // namespace tamarack::io
