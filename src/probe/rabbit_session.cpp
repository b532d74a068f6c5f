#include "probe/rabbit_session.h"

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "io/files.h"
#include "probe/rabbit_message.h"
#include "wire/server_url.h"

namespace tamarack::probe {
namespace {

constexpr int heartbeat_s = 10;  // a broker that is silent for twice as long is lost
constexpr int look_channel = 1;  // consumers have one each, from 2 on: what the broker refuses costs only its own channel
constexpr int channels_max = 2000;
constexpr Millis look_interval{2'000};  // heartbeats are sent between two waits

timeval time_of(Millis span) {
  timeval time{};
  time.tv_sec = span.count() / 1000;
  time.tv_usec = span.count() % 1000 * 1000;
  return time;
}

amqp_bytes_t bytes_of(const std::string& text) {
  amqp_bytes_t bytes{};
  bytes.len = text.size();
  bytes.bytes = const_cast<char*>(text.data());
  return bytes;
}

struct Refusal {
  int code = 0;
  std::string text;
};

Refusal refusal_of(const amqp_rpc_reply_t& reply) {
  if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
    const auto* closed = static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
    return {closed->reply_code, to_valid_utf8(view_of(closed->reply_text))};
  }
  if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto* closed = static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
    return {closed->reply_code, to_valid_utf8(view_of(closed->reply_text))};
  }
  return {0, fmt::format("an unexpected answer ({:#x})", reply.reply.id)};
}

}  // namespace

struct RabbitSession::State {
  State() : connection(amqp_new_connection()) {}
  ~State() { amqp_destroy_connection(connection); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  amqp_connection_state_t connection;
  bool is_open = false;
  bool has_look_channel = false;
  int last_channel = look_channel;
  timeval answer_max{};
};

RabbitSession::RabbitSession(std::unique_ptr<State> state, SideThread::Post& post) : state_(std::move(state)), post_(post) {}

RabbitSession::~RabbitSession() {
  if (state_->is_open && !broken_) {
    const timeval goodbye = time_of(Millis{300});
    amqp_set_rpc_timeout(state_->connection, &goodbye);
    amqp_connection_close(state_->connection, AMQP_REPLY_SUCCESS);
  }
  post_.guard(-1);
}

Result<std::unique_ptr<RabbitSession>> RabbitSession::open(const Options& options, SideThread::Post& post) {
  std::unique_ptr<RabbitSession> session(new RabbitSession(std::make_unique<State>(), post));
  session->state_->answer_max = time_of(options.answer_max);
  TRY_VOID(session->connect(options));
  TRY_VOID(session->log_in(options));
  return session;
}

Result<> RabbitSession::connect(const Options& options) {
  const wire::ServerUrl url = TRY(wire::parse_server_url(options.url));
  const std::string host = url.host.empty() ? "localhost" : url.host;
  broken_ = true;  // until it is open
  if (url.scheme != "amqps") {
    const int socket = TRY(io::connect_socket(host, url.port.empty() ? "5672" : url.port, options.answer_max, post_.wake(),
                                              [this] { return !post_.closed(); }));
    post_.guard(socket);
    amqp_tcp_socket_set_sockfd(amqp_tcp_socket_new(state_->connection), socket);
    return {};
  }
  amqp_socket_t* socket = amqp_ssl_socket_new(state_->connection);
  if (socket == nullptr) return make_error(ErrorCode::unavailable, "no TLS can be had");
  std::string trusted = options.ca_file.empty() ? io::environment("SSL_CERT_FILE") : options.ca_file;
  if (trusted.empty()) trusted = "/etc/ssl/certs/ca-certificates.crt";
  if (amqp_ssl_socket_set_cacert(socket, trusted.c_str()) != AMQP_STATUS_OK)
    return make_error(ErrorCode::unavailable, fmt::format("cannot read the certificates of '{}'", trusted));
  const int port = url.port.empty() ? 5671 : static_cast<int>(parse_integer(url.port).value_or(5671));
  const int failed = amqp_socket_open_noblock(socket, host.c_str(), port, &state_->answer_max);
  if (failed != AMQP_STATUS_OK)
    return make_error(ErrorCode::unavailable, fmt::format("cannot connect to {} port {}: {}", host, port, amqp_error_string2(failed)));
  post_.guard(amqp_get_sockfd(state_->connection));
  return {};
}

Result<> RabbitSession::log_in(const Options& options) {
  const wire::ServerUrl url = TRY(wire::parse_server_url(options.url));
  amqp_set_handshake_timeout(state_->connection, &state_->answer_max);
  amqp_set_rpc_timeout(state_->connection, &state_->answer_max);
  const std::string user = url.user.empty() ? "guest" : url.user;
  const std::string password = url.user.empty() && url.password.empty() ? "guest" : url.password;
  const std::string vhost = url.path.empty() ? "/" : url.path;
  const amqp_rpc_reply_t reply = amqp_login(state_->connection, vhost.c_str(), channels_max, AMQP_DEFAULT_FRAME_SIZE, heartbeat_s,
                                            AMQP_SASL_METHOD_PLAIN, user.c_str(), password.c_str());
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION)
    return make_error(ErrorCode::unavailable, "the broker refused: " + refusal_of(reply).text);
  if (reply.reply_type != AMQP_RESPONSE_NORMAL)
    return make_error(ErrorCode::unavailable, fmt::format("no AMQP: {}", amqp_error_string2(reply.library_error)));
  state_->is_open = true;
  broken_ = false;
  return {};
}

Result<> RabbitSession::outcome(int channel) {
  const amqp_rpc_reply_t reply = amqp_get_rpc_reply(state_->connection);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return {};
  if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) {
    broken_ = true;
    return make_error(ErrorCode::unavailable, fmt::format("the connection was lost: {}", amqp_error_string2(reply.library_error)));
  }
  const Refusal refusal = refusal_of(reply);
  const bool is_not_found = refusal.code == AMQP_NOT_FOUND;
  Error error = make_error(is_not_found ? ErrorCode::not_found : ErrorCode::unavailable, "the broker refused: " + refusal.text);
  if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
    amqp_channel_close_ok_t ok{};
    amqp_send_method(state_->connection, static_cast<amqp_channel_t>(channel), AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
    if (channel == look_channel) state_->has_look_channel = false;
  } else {
    broken_ = true;
  }
  return error;
}

Result<> RabbitSession::open_channel(int channel) {
  amqp_channel_open(state_->connection, static_cast<amqp_channel_t>(channel));
  return outcome(channel);
}

Result<RabbitMessage> RabbitSession::peek(const std::string& queue) {
  if (!state_->has_look_channel) {
    TRY_VOID(open_channel(look_channel));
    state_->has_look_channel = true;
  }
  amqp_maybe_release_buffers(state_->connection);
  const amqp_rpc_reply_t reply = amqp_basic_get(state_->connection, look_channel, bytes_of(queue), 0);
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
    TRY_VOID(outcome(look_channel));
    return make_error(ErrorCode::unavailable, "the broker gave no answer that is known");
  }
  if (reply.reply.id == AMQP_BASIC_GET_EMPTY_METHOD) return RabbitMessage{};
  const auto* got = static_cast<const amqp_basic_get_ok_t*>(reply.reply.decoded);
  const std::string routing_key(view_of(got->routing_key));
  const std::uint64_t tag = got->delivery_tag;
  amqp_message_t message{};
  const amqp_rpc_reply_t read = amqp_read_message(state_->connection, look_channel, &message, 0);
  if (read.reply_type != AMQP_RESPONSE_NORMAL) {
    broken_ = true;  // the broker takes the message back with the connection
    return make_error(ErrorCode::unavailable, "the connection was lost in the middle of a message");
  }
  RabbitMessage made = message_of(bytes_of(routing_key), message);
  amqp_destroy_message(&message);
  if (amqp_basic_nack(state_->connection, look_channel, tag, 0, 1) != AMQP_STATUS_OK) broken_ = true;
  return made;
}

Result<> RabbitSession::bind(int channel, const std::string& exchange, const std::string& routing_key) {
  const auto number = static_cast<amqp_channel_t>(channel);
  const amqp_queue_declare_ok_t* declared = amqp_queue_declare(state_->connection, number, amqp_empty_bytes, 0, 0, 1, 1, amqp_empty_table);
  TRY_VOID(outcome(channel));
  const std::string queue(view_of(declared->queue));
  std::vector<std::string> keys{routing_key};
  if (routing_key.empty()) keys.emplace_back("#");  // everything, where the exchange sorts by patterns
  for (const std::string& key : keys) {
    amqp_queue_bind(state_->connection, number, bytes_of(queue), bytes_of(exchange), bytes_of(key), amqp_empty_table);
    TRY_VOID(outcome(channel));
  }
  amqp_basic_consume(state_->connection, number, bytes_of(queue), amqp_empty_bytes, 0, 1, 1, amqp_empty_table);
  return outcome(channel);
}

Result<int> RabbitSession::consume(const std::string& exchange, const std::string& routing_key) {
  // A number is not used again: the session is made anew when there are no more.
  if (state_->last_channel >= channels_max) {
    broken_ = true;
    return make_error(ErrorCode::unavailable, "no channel is left");
  }
  const int channel = ++state_->last_channel;
  TRY_VOID(open_channel(channel));
  TRY_VOID(bind(channel, exchange, routing_key));
  return channel;
}

void RabbitSession::stop(int number) {
  if (broken_) return;
  amqp_channel_close(state_->connection, static_cast<amqp_channel_t>(number), AMQP_REPLY_SUCCESS);
  (void)outcome(number).has_value();
}

Result<bool> RabbitSession::take_one(const std::function<void(int number, const RabbitMessage& message)>& heard) {
  amqp_maybe_release_buffers(state_->connection);
  amqp_envelope_t envelope{};
  const timeval now{};
  const amqp_rpc_reply_t reply = amqp_consume_message(state_->connection, &envelope, &now, 0);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
    heard(envelope.channel, message_of(envelope.routing_key, envelope.message));
    amqp_destroy_envelope(&envelope);
    return true;
  }
  const bool none = reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_TIMEOUT;
  if (none) return false;
  broken_ = true;  // also for a cancelled consumer: it is made anew with everything else
  return make_error(ErrorCode::unavailable, "the connection was lost");
}

Result<> RabbitSession::messages(Millis patience, const std::function<void(int number, const RabbitMessage& message)>& heard) {
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + patience;
  while (!post_.closed()) {
    if (TRY(take_one(heard))) continue;
    const auto left = std::chrono::duration_cast<Millis>(until - steady_clock::now());
    if (left <= Millis{0}) return {};
    const auto reason = post_.wake().wait({.socket = amqp_get_sockfd(state_->connection)}, std::min(left, look_interval));
    if (reason == io::Wake::Reason::rung) return {};
  }
  return {};
}

}  // namespace tamarack::probe
