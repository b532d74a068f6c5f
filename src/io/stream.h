// A byte stream over TCP or TLS, and the two ways to get one: connect, and listen. Reads never hold a buffer of their own while they wait,
// and writes are gathered and sent at the end of the turn, so an idle connection costs little. Nothing here blocks but Listener::listen,
// which looks its address up.
//
// A stream lives until close(); dropping the pointer is not enough while an operation waits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/loop.h"
#include "io/tls.h"

namespace tamarack::io {

class Stream {
 public:
  // The next bytes, at most 64 KiB, good only during the call; empty: the peer has ended its side. Error: unavailable (cut, reset, bad
  // TLS).
  using OnRead = std::function<void(Result<std::string_view>)>;
  using OnWritten = std::function<void(Result<>)>;

  virtual ~Stream() = default;
  // One at a time; never calls back from inside read().
  virtual void read(OnRead done) = 0;
  // Takes the bytes; `done` is called, never from inside write(), once everything written so far is in the kernel's hands.
  virtual void write(std::string bytes, OnWritten done = {}) = 0;
  virtual std::size_t unsent() const = 0;       // bytes that were written and not taken by the kernel yet
  virtual std::uint64_t moved() const = 0;      // bytes in both directions since the start: no change means no progress
  virtual void finish(Callback done) = 0;       // after what was written: ends this side; the peer may still send
  virtual void close() = 0;                     // at once; no callback comes any more
  virtual const std::string& peer() const = 0;  // its address, without the port
};

struct Dial {
  std::string host;
  std::string port;
  std::shared_ptr<TlsContext> tls;  // none: plain
  Millis timeout{10'000};           // for address, connection and handshake together
};
// Error: unavailable, naming host and port. `done` is called exactly once, never from inside.
void connect_stream(Loop& loop, Dial dial, std::function<void(Result<std::shared_ptr<Stream>>)> done);

class Listener {
 public:
  using OnStream = std::function<void(std::shared_ptr<Stream>)>;
  // Errors: invalid_argument (no such address), unavailable (in use, not permitted). Port 0: any free one.
  static Result<std::unique_ptr<Listener>> listen(Loop& loop, const std::string& host, int port, std::shared_ptr<TlsContext> tls,
                                                  OnStream on_stream);
  ~Listener();  // stops accepting; the streams it made live on
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  int port() const;

  struct State;

 private:
  explicit Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::io
