// An HTTP/1.1 message, request or answer, out of bytes in any pieces. It does no I/O and owns no body: the head is collected (bounded),
// then judged by Beast's parser; body bytes are handed on as they come. It stops after the head, so that the owner can decide about the
// body. It refuses what servers and proxies disagree about: bare line feeds, folded lines, both lengths at once, transfer codings but
// "chunked".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/http_body.h"
#include "io/http_message.h"

namespace tamarack::io {

inline constexpr std::size_t http_head_max = 16 * 1024;
inline constexpr std::size_t http_fields_max = 128;

struct MessageHead {
  std::string method;  // of a request
  std::string target;  // of a request, as it came
  int status = 0;      // of an answer
  bool http_1_0 = false;
  Fields fields;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;  // what the peer says; an answer that ends with the connection says no
};

class HttpParser {
 public:
  enum class Kind { request, answer };
  explicit HttpParser(Kind kind) : kind_(kind) {}

  // Takes bytes up to the end of the head and stops there; called again, takes bytes up to the end of the message. Returns how many it
  // took; what it leaves belongs to the next message. After a failure it takes nothing.
  std::size_t feed(std::string_view bytes, const BodySink& sink);
  // The peer ended the connection: the end of an unbounded body, else a failure unless nothing has come yet.
  void end();

  // Between head and body. An answer to HEAD has no body, whatever its head says.
  void body_max(std::uint64_t bytes_max);
  void expect_no_body() { body_ = BodyReader::none(); }

  bool started() const { return !collected_.empty() || head_done_; }
  bool head_done() const { return head_done_; }
  bool done() const { return head_done_ && !failure_ && body_.done(); }
  bool failed() const { return failure_.has_value(); }
  const HttpFailure& failure() const { return *failure_; }
  const MessageHead& head() const { return head_; }
  MessageHead take_head() { return std::move(head_); }
  std::uint64_t body_bytes() const { return body_.received(); }

 private:
  std::size_t feed_head(std::string_view bytes);
  bool acceptable(char letter);
  void judge_head();
  void check_framing();
  void fail(int status, std::string detail) { failure_ = HttpFailure{.status = status, .detail = std::move(detail)}; }

  Kind kind_;
  std::string collected_;
  bool skipped_empty_line_ = false;
  bool head_done_ = false;
  MessageHead head_;
  BodyReader body_ = BodyReader::none();
  std::optional<HttpFailure> failure_;
};

}  // namespace tamarack::io
