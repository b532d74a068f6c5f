#include "io/http_body.h"

#include <algorithm>

namespace tamarack::io {
namespace {

// Nobody needs extensions or trailers; the bound keeps a peer from feeding bytes for ever without sending any content.
constexpr std::size_t framing_bytes_max = 16 * 1024;

}  // namespace

BodyReader::BodyReader(Kind kind, std::uint64_t bytes)
    : kind_(kind), state_(kind == Kind::chunked ? State::size_first : State::data), left_(kind == Kind::until_end ? UINT64_MAX : bytes) {
  if (kind == Kind::sized && bytes == 0) state_ = State::done;
}

void BodyReader::limit(std::uint64_t bytes_max) {
  bytes_max_ = bytes_max;
  if (kind_ == Kind::sized && state_ == State::data && left_ > bytes_max - std::min(bytes_max, received_))
    fail(413, "the body is too large");
}

void BodyReader::fail(int status, std::string detail) {
  state_ = State::failed;
  failure_ = {.status = status, .detail = std::move(detail)};
}

std::size_t BodyReader::feed(std::string_view bytes, const BodySink& sink) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::done && state_ != State::failed) {
    if (state_ == State::data)
      taken += take_data(bytes.substr(taken), sink);
    else
      take_framing(bytes[taken++]);
  }
  return taken;
}

std::size_t BodyReader::take_data(std::string_view bytes, const BodySink& sink) {
  const std::uint64_t allowed = bytes_max_ - std::min(received_, bytes_max_);
  if (allowed == 0) {
    fail(413, "the body is too large");
    return 0;
  }
  const std::uint64_t count = std::min({static_cast<std::uint64_t>(bytes.size()), left_, allowed});
  received_ += count;
  if (kind_ != Kind::until_end) left_ -= count;
  if (left_ == 0) state_ = kind_ == Kind::chunked ? State::data_cr : State::done;
  if (sink) sink(bytes.substr(0, count));
  return count;
}

void BodyReader::expect(char letter, char wanted, State next) {
  if (letter != wanted) return fail(400, "the chunked body is malformed");
  state_ = next;
}

void BodyReader::count_framing() {
  if (++framing_bytes_ > framing_bytes_max) fail(431, "chunk extensions and trailers are too long");
}

void BodyReader::take_framing(char letter) {
  switch (state_) {
    case State::size_first:
      left_ = 0;
      size_digits_ = 0;
      state_ = State::size;
      [[fallthrough]];
    case State::size:
      return take_size_digit(letter);
    case State::extension:
      if (letter == '\r')
        state_ = State::size_lf;
      else if (letter == '\n' || letter == '\0')
        fail(400, "the chunked body is malformed");
      else
        count_framing();
      return;
    case State::size_lf:
      if (letter != '\n') return fail(400, "the chunked body is malformed");
      return start_chunk();
    case State::data_cr:
      return expect(letter, '\r', State::data_lf);
    case State::data_lf:
      return expect(letter, '\n', State::size_first);
    case State::trailer_start:
      if (letter == '\r') {
        state_ = State::end_lf;
        return;
      }
      state_ = State::trailer;
      [[fallthrough]];
    case State::trailer:
      if (letter == '\r')
        state_ = State::trailer_lf;
      else if (letter == '\n' || letter == '\0')
        fail(400, "the trailers are malformed");
      else
        count_framing();
      return;
    case State::trailer_lf:
      return expect(letter, '\n', State::trailer_start);
    case State::end_lf:
      return expect(letter, '\n', State::done);
    case State::data:
    case State::done:
    case State::failed:
      return;
  }
}

void BodyReader::take_size_digit(char letter) {
  int digit = -1;
  if (letter >= '0' && letter <= '9') digit = letter - '0';
  if (letter >= 'a' && letter <= 'f') digit = letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') digit = letter - 'A' + 10;
  if (digit >= 0) {
    if (++size_digits_ > 16) return fail(400, "a chunk size is too long");
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return;
  }
  if (size_digits_ == 0) return fail(400, "a chunk size is missing");
  if (letter == '\r')
    state_ = State::size_lf;
  else if (letter == ';')
    state_ = State::extension;
  else
    fail(400, "a chunk size is malformed");
}

void BodyReader::start_chunk() {
  if (left_ == 0) {
    state_ = State::trailer_start;
    return;
  }
  if (left_ > bytes_max_ - std::min(received_, bytes_max_)) return fail(413, "the body is too large");
  state_ = State::data;
}

void BodyReader::end() {
  if (state_ == State::done || state_ == State::failed) return;
  if (kind_ == Kind::until_end)
    state_ = State::done;
  else
    fail(400, "the connection ended inside the body");
}

}  // namespace tamarack::io
