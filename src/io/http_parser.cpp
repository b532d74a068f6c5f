#include "io/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

#include "base/text.h"

namespace tamarack::io {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// Beast reads the start line and the fields out of one complete head. Its body reader is left alone: it wants chunk heads in one piece, and
// an assertion of version 1.81 fails when the last chunk arrives byte by byte.
template <bool is_request>
class HeadReader final : public http::basic_parser<is_request> {
 public:
  HeadReader(MessageHead& head, bool& too_many) : head_(head), too_many_(too_many) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());  // our own limit counts the whole head, Beast's only the rest of it
    this->body_limit(boost::none);
  }

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version, error_code&) override {
    head_.method = std::string(method);
    head_.target = std::string(target);
    head_.http_1_0 = version == 10;
  }
  void on_response_impl(int status, string_view, int version, error_code&) override {
    head_.status = status;
    head_.http_1_0 = version == 10;
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code& failed) override {
    if (head_.fields.size() == http_fields_max) {
      too_many_ = true;
      failed = http::error::header_limit;
      return;
    }
    head_.fields.emplace_back(std::string(name), std::string(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}

  MessageHead& head_;
  bool& too_many_;
};

struct Framing {
  error_code failed;
  bool too_many_fields = false;
  bool until_end = false;
};

template <bool is_request>
Framing read_head(const std::string& text, MessageHead& head) {
  Framing framing;
  HeadReader<is_request> reader(head, framing.too_many_fields);
  const std::size_t taken = reader.put(boost::asio::buffer(text), framing.failed);
  if (framing.failed) return framing;
  if (!reader.is_header_done() || taken != text.size()) {
    framing.failed = http::error::need_more;
    return framing;
  }
  if (const auto length = reader.content_length()) head.content_length = *length;
  head.chunked = reader.chunked();
  head.keep_alive = reader.keep_alive();
  framing.until_end = reader.need_eof();
  return framing;
}

// "HTTP/" DIGIT "." DIGIT that is neither 1.0 nor 1.1: a version we do not speak, as opposed to rubbish.
bool is_other_version(std::string_view start_line) {
  const std::string_view version = start_line.substr(start_line.rfind(' ') + 1);
  const auto digit = [&](std::size_t at) { return version[at] >= '0' && version[at] <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && digit(5) && version[6] == '.' && digit(7) && version != "HTTP/1.0" &&
         version != "HTTP/1.1";
}

}  // namespace

// Judged byte by byte, so that the outcome cannot depend on how the bytes were cut.
bool HttpParser::acceptable(char letter) {
  const char before = collected_.empty() ? '\0' : collected_.back();
  const auto code = static_cast<unsigned char>(letter);
  if (before == '\r' && letter != '\n') return false;
  if (letter == '\n') return before == '\r';
  if (letter == '\r') return true;
  if (letter == ' ' || letter == '\t') return before != '\n' && before != '\0';  // no folded line
  return code >= 0x20 && letter != 0x7f;
}

std::size_t HttpParser::feed_head(std::string_view bytes) {
  std::size_t taken = 0;
  for (const char letter : bytes) {
    if (!acceptable(letter)) {
      fail(400, "the head of the message is malformed");
      return taken;
    }
    if (collected_.size() == http_head_max) {
      fail(431, "the head of the message is longer than 16 KiB");
      return taken;
    }
    collected_ += letter;
    ++taken;
    if (letter != '\n') continue;
    if (collected_ == "\r\n") {  // an empty line in front is forgiven once, as RFC 9112 advises
      if (kind_ == Kind::answer || skipped_empty_line_) {
        fail(400, "the head of the message is malformed");
        return taken;
      }
      skipped_empty_line_ = true;
      collected_.clear();
    } else if (collected_.ends_with("\r\n\r\n")) {
      judge_head();
      return taken;
    }
  }
  return taken;
}

void HttpParser::judge_head() {
  const Framing framing = kind_ == Kind::request ? read_head<true>(collected_, head_) : read_head<false>(collected_, head_);
  if (framing.too_many_fields) return fail(431, "the message has too many fields");
  if (framing.failed) {
    const bool other = is_other_version(std::string_view(collected_).substr(0, collected_.find('\r')));
    if (kind_ == Kind::request && other) return fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    return fail(400, "the head of the message is malformed: " + framing.failed.message());
  }
  check_framing();
  if (failure_) return;
  collected_ = {};
  head_done_ = true;
  if (kind_ == Kind::answer && (head_.status < 200 || head_.status == 204 || head_.status == 304)) return;
  if (head_.chunked)
    body_ = BodyReader::chunked();
  else if (head_.content_length)
    body_ = BodyReader::sized(*head_.content_length);
  else if (framing.until_end)
    body_ = BodyReader::until_end();
}

void HttpParser::check_framing() {
  int hosts = 0;
  for (const auto& [name, value] : head_.fields) {
    if (equal_ignoring_case(name, "Host")) ++hosts;
    if (!equal_ignoring_case(name, "Transfer-Encoding")) continue;
    if (!equal_ignoring_case(trim(value), "chunked")) return fail(400, "the only transfer coding that is understood is 'chunked'");
    if (head_.http_1_0) return fail(400, "HTTP/1.0 has no transfer codings");
  }
  if (head_.chunked && head_.content_length) return fail(400, "the message has two lengths");
  if (kind_ == Kind::request && (hosts > 1 || (hosts == 0 && !head_.http_1_0))) return fail(400, "a request needs exactly one Host field");
}

std::size_t HttpParser::feed(std::string_view bytes, const BodySink& sink) {
  if (failure_) return 0;
  if (!head_done_) return feed_head(bytes);
  const std::size_t taken = body_.feed(bytes, sink);
  if (body_.failed()) failure_ = body_.failure();
  return taken;
}

void HttpParser::end() {
  if (failure_ || (!started() && !head_done_)) return;
  if (!head_done_) return fail(400, "the connection ended inside the head");
  body_.end();
  if (body_.failed()) failure_ = body_.failure();
}

void HttpParser::body_max(std::uint64_t bytes_max) {
  body_.limit(bytes_max);
  if (body_.failed()) failure_ = body_.failure();
}

}  // namespace tamarack::io
