// One connection of the server (http_server.h), inside src/io only. Phases:
//   head ─▶ body ─▶ handling ─▶ answering ─▶ head … (keep-alive)      a request is read, handled, answered
//   head, body ─▶ answering                                            refused: by the parser, the admission, a timeout
//   handling ─▶ feed                                                   server-sent events
//   answering, feed ─▶ lingering ─▶ gone                               the last answer is out: wait until the peer has seen it
//   handling ─▶ gone                                                   the stream now belongs to a WebSocket
//   any ─▶ gone                                                        cut
#pragma once

#include <atomic>
#include <unordered_map>

#include "io/body_file.h"
#include "io/http_parser.h"
#include "io/http_server.h"
#include "io/stream.h"
#include "io/ws_link.h"

namespace tamarack::io {

// A connection's place under the limits; a WebSocket takes it along.
struct Seat {
  Seat(std::weak_ptr<ServerCore> in, std::string from, bool is_turned_away)
      : core(std::move(in)), peer(std::move(from)), turned_away(is_turned_away) {}
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  std::weak_ptr<ServerCore> core;
  std::string peer;
  bool turned_away;  // beyond the limit, only here to be told so
  bool websocket = false;
};

// What a body takes of the room there is for all of them. It may be let go of on another thread.
struct BodyRoom {
  explicit BodyRoom(std::shared_ptr<std::atomic<std::size_t>> of_all) : all(std::move(of_all)) {}
  ~BodyRoom() { *all -= bytes; }
  BodyRoom(const BodyRoom&) = delete;
  BodyRoom& operator=(const BodyRoom&) = delete;

  std::shared_ptr<std::atomic<std::size_t>> all;
  std::size_t bytes = 0;
};

// What the connections of one server share.
struct ServerCore : std::enable_shared_from_this<ServerCore> {
  ServerCore(Loop& used_loop, HttpServerOptions chosen, HttpHandler answers)
      : loop(used_loop), options(std::move(chosen)), handler(std::move(answers)) {}

  void welcome(std::shared_ptr<Stream> stream);
  void sweep();
  void leave(const Seat& seat);
  std::vector<std::shared_ptr<HttpConnection>> all_connections() const;

  Loop& loop;
  HttpServerOptions options;
  HttpHandler handler;
  SystemClock clock;
  std::unique_ptr<Listener> listener;
  int port = 0;
  ServerCounts counts;
  std::shared_ptr<std::atomic<std::size_t>> body_bytes = std::make_shared<std::atomic<std::size_t>>(0);
  std::size_t being_turned_away = 0;
  std::unordered_map<std::string, std::size_t> per_peer;
  std::unordered_map<const HttpConnection*, std::shared_ptr<HttpConnection>> connections;
  std::vector<std::weak_ptr<WsSocket>> websockets;
  Timer sweeper;
  Timer grace;
  bool stopping = false;
  Callback stopped;
};

class Feed;

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<ServerCore> core, std::shared_ptr<Stream> stream, std::shared_ptr<Seat> seat)
      : core_(std::move(core)), stream_(std::move(stream)), seat_(std::move(seat)) {}

  // ---- for the server
  void start();
  void turn_away();
  void sweep(Instant now);
  void stop();  // after the answer under way
  void cut();

  // ---- for the exchange (http_exchange.cpp)
  void answer(const Answer& answer);
  void send_file(FileAnswer file);
  std::shared_ptr<EventFeed> begin_events(Fields fields);
  Result<std::unique_ptr<Link>> accept_websocket(std::size_t message_max, Fields fields);

  void watch_peer(Callback on_gone);

  // ---- for the feed
  void send_event(std::string_view event);
  void end_feed();

 private:
  enum class Phase { head, body, handling, answering, feed, lingering, gone };
  // What of the request still matters when it is answered.
  struct Asked {
    bool head_only = false;
    bool http_1_0 = false;
    bool get = false;  // or HEAD
    bool keep_alive = false;
    Fields fields;
  };

  void enter(Phase phase);
  void read_more();
  void on_bytes(Result<std::string_view> bytes);
  void take(std::string_view bytes);
  bool admit();
  Result<RequestHead> request_head();
  void open_body_file(const Admission& admission);
  void write_pending();
  bool find_room();
  void no_room();
  void file_failed(const Error& error);
  void advance();
  void dispatch();
  void refuse(const Answer& answer);
  void write_answer(int status, const Fields& fields, const std::string& body, std::optional<std::uint64_t> length,
                    std::function<void()> then);
  std::string head_text(int status, const Fields& fields, std::optional<std::uint64_t> length) const;
  void answered();
  void linger();
  void peer_left();

  void send_opened(const FileAnswer& answer, const std::shared_ptr<FileSource>& source);
  void pump(const std::shared_ptr<FileSource>& source, std::uint64_t offset, std::uint64_t left);
  Result<> check_handshake() const;

  std::shared_ptr<ServerCore> core_;
  std::shared_ptr<Stream> stream_;
  std::shared_ptr<Seat> seat_;
  Phase phase_ = Phase::head;
  bool first_request_ = true;
  bool reading_ = false;
  Instant since_{};        // of this phase, or of the first byte of a head
  Instant quiet_since_{};  // the last time something moved
  std::uint64_t last_moved_ = 0;

  HttpParser parser_{HttpParser::Kind::request};
  std::string leftover_;  // came behind what is being handled
  IncomingRequest request_;
  Asked asked_;
  std::shared_ptr<FileSink> sink_;
  std::string pending_;   // of the body, on its way into the file
  bool writing_ = false;  // the file is being opened or written: the body waits
  Callback on_gone_;      // of the request that is being handled
  std::weak_ptr<Feed> feed_;
  Instant last_event_{};
};

}  // namespace tamarack::io
