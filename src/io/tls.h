// TLS (1.2 and newer) over a non-blocking socket. Only src/io/tls.cpp sees OpenSSL's SSL; stream.h is what others use. A session holds no
// buffers while it is idle.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tamarack::io {

enum class Transfer { moved, ended, want_read, want_write, failed };
struct Moved {
  Transfer transfer = Transfer::moved;
  std::size_t bytes = 0;
  std::string why;  // of a failure
};

class TlsSession {
 public:
  virtual ~TlsSession() = default;
  virtual Moved handshake() = 0;
  virtual Moved read(char* into, std::size_t bytes_max) = 0;
  virtual Moved write(std::string_view bytes) = 0;
  virtual bool has_pending() const = 0;  // decrypted or received bytes that the socket will not announce again
  virtual void say_goodbye() = 0;        // close_notify, if it can be sent at once
};

class TlsContext {
 public:
  virtual ~TlsContext() = default;
  // A client checks that the certificate is for `host` (a name or an address); a server passes none.
  virtual std::unique_ptr<TlsSession> open(int socket, const std::string& host) = 0;

  // PEM files: the certificate with its chain, and its key. Errors: invalid_config, naming the file.
  static Result<std::shared_ptr<TlsContext>> for_server(const std::string& cert_file, const std::string& key_file);
  // Trusts what the system trusts ($SSL_CERT_FILE is respected), or only `ca_file` when there is one. Errors: invalid_config.
  static Result<std::shared_ptr<TlsContext>> for_client(const std::string& ca_file);
};

}  // namespace tamarack::io
