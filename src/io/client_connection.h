// What an HTTP call and the opening of a WebSocket have in common: the connection with its TLS and its deadline, the head of the request,
// and reading for the answer's parser. What is asked, and what the answer means, is the matter of whoever derives from it (http_client.cpp,
// ws_client.cpp). It is alive as long as something waits for it on the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http_message.h"
#include "io/http_parser.h"
#include "io/loop.h"
#include "io/stream.h"

namespace tamarack::io {

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  virtual ~ClientConnection() = default;

 protected:
  struct Plan {
    std::string ca_file;             // PEM; empty: what the system trusts
    Millis connect_timeout{10'000};  // for address, connection and handshake together
    std::optional<Millis> deadline;  // for everything until hang_up(); none: no limit
    std::string_view too_late;       // literal: what did not come within the deadline
  };

  ClientConnection(Loop& loop, HttpUrl url) : loop_(loop), url_(std::move(url)) {}

  // Ends in connected() or in fail(): invalid_config (ca_file), unavailable (no connection, or the deadline has passed, now or later).
  // Nothing is called from inside.
  void connect(const Plan& plan);
  // The request line and the fields, `own` before `given`, Host before both. Without the empty line.
  std::string request_head(std::string_view method, const Fields& own, const Fields& given) const;
  // One piece; ends in take(), ended() or fail(), none of them from inside, and in none of them once it is over.
  void read();
  // fail(), unavailable: "<what> within <timeout>".
  void fail_too_late(std::string_view what, Millis timeout);
  // No deadline and no bytes any more.
  void hang_up();

  virtual bool over() const = 0;
  virtual void connected() = 0;                   // stream_ is there
  virtual void take(std::string_view bytes) = 0;  // at least one, for parser_; good only during the call
  virtual void ended() = 0;                       // the peer sends no more; parser_ knows it
  virtual void fail(Error error) = 0;

  Loop& loop_;
  HttpUrl url_;
  std::shared_ptr<Stream> stream_;
  HttpParser parser_{HttpParser::Kind::answer};

 private:
  Timer deadline_;
};

}  // namespace tamarack::io
