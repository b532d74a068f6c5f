// An HTTP/1.1 server on the loop: keep-alive, uploads to memory or file, ranges, server-sent events, WebSockets, TLS. Everything a peer can
// send or hold back is bounded. What to answer is the handler's business, and who may ask: this layer knows no routes, tokens or domain
// words.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/http_message.h"
#include "io/link.h"
#include "io/loop.h"

namespace tamarack::io {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                   // 0: any free one, see port()
  std::string tls_cert, tls_key;  // PEM files; both empty: plain HTTP
  Millis head_timeout{10'000};    // from the first byte of a head, or from the connection, to its end
  Millis idle_timeout{75'000};    // between two requests
  Millis stall_timeout{30'000};   // no byte of a body or an answer either way
  Millis sweep_interval{1000};    // how often the timeouts are looked at
  // An agent holds two, one to ask for work and one to do it; a thousand of them may come from one address.
  std::size_t connections_max = 8192;
  std::size_t connections_per_peer_max = 4096;
  std::size_t bodies_max = 512 << 20;             // bytes of bodies in memory, of all requests that are being answered; beyond it: 503
  std::size_t feed_outgoing_max = 1 << 20;        // unsent bytes of an event feed; beyond it the feed is cut
  Millis feed_keep_alive{15'000};                 // a comment when nothing else was sent
  std::size_t websocket_outgoing_max = 16 << 20;  // unsent bytes of a WebSocket; beyond it the link is cut
  Millis ping_interval{20'000};                   // of a WebSocket; silent for two of them: cut
};

struct RequestHead {
  std::string method;
  std::string path;                   // percent-decoded valid UTF-8 without control characters and dot segments
  std::vector<std::string> segments;  // of the path, each decoded by itself
  std::string raw_query;
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  Fields fields;
  std::string peer;  // the address, without the port
  std::optional<std::uint64_t> content_length;

  std::string_view field(std::string_view name) const { return field_of(fields, name); }
  std::optional<std::string_view> parameter(std::string_view name) const;  // the first of this name in the query
  bool wants_websocket() const;
};

struct IncomingRequest {
  RequestHead head;
  std::string body;       // empty when it went into a file
  std::string body_file;  // as the admission said
  std::uint64_t body_bytes = 0;
  std::shared_ptr<void> claim;  // as the admission said
  std::shared_ptr<void> room;   // what the body takes of bodies_max, until nobody holds this any more: it goes where the body goes
};

struct Admission {
  std::optional<Answer> refused;
  std::uint64_t body_max = 1 << 20;  // more: 413
  std::string body_file;             // the body goes into this file instead of memory, as it comes; a cut upload leaves what arrived
  std::uint64_t body_offset = 0;     // where in the file it begins; the file must be that long (else 409) and is cut there
  std::shared_ptr<void> claim;       // let go when the request is, however it ends
};

struct FileAnswer {
  std::string path;
  std::string content_type = "application/octet-stream";
  Fields fields;
  std::string etag;  // with its quotes; empty: from size and time of the last change
};

// Server-sent events, or for a request that asks for an upgrade the same over a WebSocket (ws_feed.h). Destroying it ends the answer.
class EventFeed {
 public:
  virtual ~EventFeed() = default;
  // Empty id or event: left out. Never calls back from inside.
  virtual void send(std::string_view id, std::string_view event, std::string_view data) = 0;
  virtual bool open() const = 0;
  // Ends the answer, whoever still holds this.
  virtual void end() = 0;
  // Called once, on the loop, when the reader has left, was too slow, or the server stops.
  virtual void on_close(Callback callback) = 0;
};

class HttpConnection;

// One request waits for one answer. Answered exactly once (CHECK); dropped unanswered, it answers 500. When the peer has left, answers go
// nowhere.
class Exchange {
 public:
  Exchange(Loop& loop, std::weak_ptr<HttpConnection> connection) : loop_(loop), connection_(std::move(connection)) {}
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void answer(const Answer& answer);
  // For answers that take their time: called once, on the loop, when the peer hangs up before it is answered. The answer then goes nowhere.
  void on_gone(Callback callback);
  // With HEAD, a single Range, If-Range, If-None-Match; read piece by piece as the peer takes it. 404 when there is no such file.
  void send_file(FileAnswer file);
  std::shared_ptr<EventFeed> begin_events(Fields fields);
  // On error (invalid_argument: not a proper handshake) the exchange has been answered with 400 or 426. The link may be closed already.
  Result<std::unique_ptr<Link>> accept_websocket(std::size_t message_max, Fields fields = {});

 private:
  Loop& loop_;
  std::weak_ptr<HttpConnection> connection_;
  bool answered_ = false;
};

struct HttpHandler {
  // Before any byte of the body is read: authentication, limits, where the body goes. Not set: everything is admitted.
  std::function<Admission(const RequestHead&)> admit;
  // The request is complete.
  std::function<void(IncomingRequest, std::shared_ptr<Exchange>)> handle;
};

struct ServerCounts {
  std::size_t connections = 0;  // open now, with feeds and WebSockets
  std::size_t feeds = 0;        // open now
  std::size_t websockets = 0;   // open now
  std::uint64_t requests = 0;
  std::uint64_t malformed = 0;       // requests that could not be read
  std::uint64_t timed_out = 0;       // connections closed for their slowness
  std::uint64_t turned_away = 0;     // connections over the limit
  std::uint64_t bodies_refused = 0;  // requests over bodies_max
};

struct ServerCore;

class HttpServer {
 public:
  // Errors: invalid_argument (address), invalid_config (TLS files), unavailable (port in use). The loop must outlive the server and its
  // links.
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, HttpServerOptions options, HttpHandler handler);
  ~HttpServer();  // cuts everything; no handler is called any more
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  // Stops accepting, ends feeds and WebSockets politely and finishes answers under way; after `grace` cuts what is left. `done` comes once.
  void stop(Millis grace, Callback done);
  ServerCounts counts() const;

 private:
  explicit HttpServer(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}
  std::shared_ptr<ServerCore> core_;
};

}  // namespace tamarack::io
