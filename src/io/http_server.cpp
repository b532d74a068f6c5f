#include "io/http_server.h"

#include <algorithm>

#include "io/http_connection.h"

namespace tamarack::io {
namespace {

// So many are told that the server is full at the same time; more are closed without a word.
constexpr std::size_t turned_away_at_once_max = 64;

}  // namespace

Seat::~Seat() {
  if (const auto owner = core.lock()) owner->leave(*this);
}

void ServerCore::welcome(std::shared_ptr<Stream> stream) {
  std::size_t& of_peer = per_peer[stream->peer()];
  const bool full = counts.connections >= options.connections_max || of_peer >= options.connections_per_peer_max;
  if (full) {
    ++counts.turned_away;
    if (of_peer == 0) per_peer.erase(stream->peer());
    if (being_turned_away >= turned_away_at_once_max) return stream->close();
    ++being_turned_away;
  } else {
    ++counts.connections;
    ++of_peer;
  }
  auto seat = std::make_shared<Seat>(weak_from_this(), stream->peer(), full);
  auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::move(stream), std::move(seat));
  connections.emplace(connection.get(), connection);
  if (full)
    connection->turn_away();
  else
    connection->start();
}

void ServerCore::leave(const Seat& seat) {
  if (seat.turned_away) {
    --being_turned_away;
    return;
  }
  --counts.connections;
  if (seat.websocket) --counts.websockets;
  if (const auto found = per_peer.find(seat.peer); found != per_peer.end() && --found->second == 0) per_peer.erase(found);
  if (counts.connections > 0 || !stopped) return;
  grace.cancel();
  loop.post(std::exchange(stopped, nullptr));
}

// A copy: whoever is swept may leave.
std::vector<std::shared_ptr<HttpConnection>> ServerCore::all_connections() const {
  std::vector<std::shared_ptr<HttpConnection>> all;
  all.reserve(connections.size());
  for (const auto& [ignored, connection] : connections) all.push_back(connection);
  return all;
}

void ServerCore::sweep() {
  const Instant now = clock.now();
  for (const auto& connection : all_connections()) connection->sweep(now);
  std::erase_if(websockets, [](const auto& socket) { return socket.expired(); });
  sweeper = loop.after(options.sweep_interval, [weak = weak_from_this()] {
    if (const auto core = weak.lock()) core->sweep();
  });
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, HttpServerOptions options, HttpHandler handler) {
  auto core = std::make_shared<ServerCore>(loop, std::move(options), std::move(handler));
  std::shared_ptr<TlsContext> tls;
  if (!core->options.tls_cert.empty() || !core->options.tls_key.empty())
    tls = TRY(TlsContext::for_server(core->options.tls_cert, core->options.tls_key));
  core->listener = TRY(Listener::listen(loop, core->options.host, core->options.port, std::move(tls),
                                        [weak = std::weak_ptr(core)](std::shared_ptr<Stream> stream) {
                                          if (const auto owner = weak.lock()) return owner->welcome(std::move(stream));
                                          stream->close();
                                        }));
  core->port = core->listener->port();
  core->sweep();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::~HttpServer() {
  core_->listener.reset();
  core_->sweeper.cancel();
  core_->grace.cancel();
  core_->stopped = nullptr;
  for (const auto& connection : core_->all_connections()) connection->cut();
  for (const auto& socket : std::exchange(core_->websockets, {}))
    if (const auto open = socket.lock()) open->cut();
  core_->handler = {};
}

int HttpServer::port() const {
  return core_->port;
}

ServerCounts HttpServer::counts() const {
  return core_->counts;
}

void HttpServer::stop(Millis grace, Callback done) {
  core_->stopping = true;
  core_->listener.reset();
  core_->stopped = std::move(done);
  for (const auto& connection : core_->all_connections()) connection->stop();
  for (const auto& socket : core_->websockets)
    if (const auto open = socket.lock()) open->end(ws_going_away, "the server stops");
  if (core_->counts.connections == 0 && core_->stopped) return core_->loop.post(std::exchange(core_->stopped, nullptr));
  core_->grace = core_->loop.after(grace, [weak = std::weak_ptr(core_)] {
    const auto core = weak.lock();
    if (!core) return;
    for (const auto& connection : core->all_connections()) connection->cut();
    for (const auto& socket : core->websockets)
      if (const auto open = socket.lock()) open->cut();
  });
}

}  // namespace tamarack::io
