#include "io/tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "io/files.h"

namespace tamarack::io {
namespace {

std::string last_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown TLS error" : reason;
}

// OpenSSL's own socket BIO would raise SIGPIPE; this one sends with MSG_NOSIGNAL.
int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}
int again(BIO* bio, ssize_t count, int flag) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) BIO_set_flags(bio, flag | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(count);
}
int bio_write(BIO* bio, const char* bytes, int length) {
  return again(bio, ::send(socket_of(bio), bytes, static_cast<std::size_t>(length), MSG_NOSIGNAL | MSG_DONTWAIT), BIO_FLAGS_WRITE);
}
int bio_read(BIO* bio, char* into, int length) {
  const ssize_t count = ::recv(socket_of(bio), into, static_cast<std::size_t>(length), MSG_DONTWAIT);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return again(bio, count, BIO_FLAGS_READ);
}
long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* make_bio(int socket) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tamarack socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

class Session final : public TlsSession {
 public:
  Session(std::shared_ptr<TlsContext> context, SSL* ssl) : context_(std::move(context)), ssl_(ssl) {}
  ~Session() override { SSL_free(ssl_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Moved handshake() override { return judge(SSL_do_handshake(ssl_), 0); }
  Moved read(char* into, std::size_t bytes_max) override {
    std::size_t count = 0;
    const int good = SSL_read_ex(ssl_, into, bytes_max, &count);
    return judge(good, count);
  }
  Moved write(std::string_view bytes) override {
    std::size_t count = 0;
    const int good = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count);
    return judge(good, count);
  }
  bool has_pending() const override { return SSL_has_pending(ssl_) != 0; }
  void say_goodbye() override {
    if (SSL_in_init(ssl_) == 0 && !broken_) SSL_shutdown(ssl_);
    ERR_clear_error();
  }

 private:
  Moved judge(int good, std::size_t count) {
    if (good == 1) return {.transfer = Transfer::moved, .bytes = count};
    const int number = errno;
    switch (SSL_get_error(ssl_, good)) {
      case SSL_ERROR_WANT_READ:
        return {.transfer = Transfer::want_read};
      case SSL_ERROR_WANT_WRITE:
        return {.transfer = Transfer::want_write};
      case SSL_ERROR_ZERO_RETURN:
        return {.transfer = Transfer::ended};
      case SSL_ERROR_SYSCALL:
        broken_ = true;
        ERR_clear_error();
        return {.transfer = Transfer::failed, .why = number == 0 ? "the connection was cut" : std::strerror(number)};
      default:
        broken_ = true;
        return {.transfer = Transfer::failed, .why = failure()};
    }
  }
  std::string failure() {
    const long verified = SSL_get_verify_result(ssl_);
    if (verified == X509_V_OK) return last_error();
    ERR_clear_error();
    return fmt::format("the certificate was refused: {}", X509_verify_cert_error_string(verified));
  }

  std::shared_ptr<TlsContext> context_;
  SSL* ssl_;
  bool broken_ = false;
};

class Context final : public TlsContext, public std::enable_shared_from_this<Context> {
 public:
  enum class Role { server, client };
  explicit Context(Role role) : role_(role), context_(SSL_CTX_new(role == Role::server ? TLS_server_method() : TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    if (role == Role::client) SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  }
  ~Context() override { SSL_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::unique_ptr<TlsSession> open(int socket, const std::string& host) override {
    SSL* ssl = SSL_new(context_);
    BIO* bio = make_bio(socket);
    SSL_set_bio(ssl, bio, bio);
    if (role_ == Role::server) {
      SSL_set_accept_state(ssl);
    } else {
      SSL_set_connect_state(ssl);
      std::array<unsigned char, 16> ignored{};
      const bool is_address =
          inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 || inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
      if (is_address) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
      } else {
        SSL_set_tlsext_host_name(ssl, host.c_str());
        SSL_set1_host(ssl, host.c_str());
      }
    }
    return std::make_unique<Session>(shared_from_this(), ssl);
  }
  SSL_CTX* raw() { return context_; }

 private:
  Role role_;
  SSL_CTX* context_;
};

Error bad_file(std::string_view what, const std::string& path) {
  return make_error(ErrorCode::invalid_config, fmt::format("cannot use the {} '{}': {}", what, path, last_error()),
                    "give a readable PEM file");
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::for_server(const std::string& cert_file, const std::string& key_file) {
  auto context = std::make_shared<Context>(Context::Role::server);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context->raw(), cert_file.c_str()) != 1) return bad_file("certificate", cert_file);
  if (SSL_CTX_use_PrivateKey_file(context->raw(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) return bad_file("key", key_file);
  if (SSL_CTX_check_private_key(context->raw()) != 1) return bad_file("key", key_file);
  return std::shared_ptr<TlsContext>(std::move(context));
}

namespace {

Result<std::shared_ptr<TlsContext>> make_client_context(const std::string& ca_file) {
  auto context = std::make_shared<Context>(Context::Role::client);
  ERR_clear_error();
  if (!ca_file.empty()) {
    if (SSL_CTX_load_verify_locations(context->raw(), ca_file.c_str(), nullptr) != 1) return bad_file("CA file", ca_file);
    return std::shared_ptr<TlsContext>(std::move(context));
  }
  SSL_CTX_set_default_verify_paths(context->raw());
  // A statically linked OpenSSL may look in a folder that this system does not have; these are where the distributions keep their bundle.
  for (const char* bundle : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"})
    if (environment("SSL_CERT_FILE").empty() && exists(bundle) && SSL_CTX_load_verify_locations(context->raw(), bundle, nullptr) == 1)
      break;
  ERR_clear_error();
  return std::shared_ptr<TlsContext>(std::move(context));
}

std::string version_of(const std::string& path) {
  std::error_code ignored;
  const auto changed = std::filesystem::last_write_time(path, ignored);
  return fmt::format("{} {}", path, ignored ? 0 : changed.time_since_epoch().count());
}

}  // namespace

// Reading a CA bundle takes milliseconds, and calls come by the hundred: the last few contexts are kept, until their file changes.
Result<std::shared_ptr<TlsContext>> TlsContext::for_client(const std::string& ca_file) {
  constexpr std::size_t kept_max = 4;
  thread_local std::map<std::string, std::shared_ptr<TlsContext>> kept;
  const std::string key = version_of(ca_file) + ' ' + environment("SSL_CERT_FILE");
  if (const auto found = kept.find(key); found != kept.end()) return found->second;
  std::shared_ptr<TlsContext> made = TRY(make_client_context(ca_file));
  if (kept.size() >= kept_max) kept.clear();
  kept.emplace(key, made);
  return made;
}

}  // namespace tamarack::io
