// Where a message body ends: a counted number of bytes, chunks, or the end of the connection. It keeps no bytes: pieces go to the sink as
// they come. It is strict where attackers play with framing: no bare line feeds, no spaces around chunk sizes, bounded extensions and
// trailers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tamarack::io {

// What is wrong with a message, and the status a server answers it with.
struct HttpFailure {
  int status = 400;
  std::string detail;
};

using BodySink = std::function<void(std::string_view piece)>;

class BodyReader {
 public:
  static BodyReader none() { return BodyReader(Kind::sized, 0); }
  static BodyReader sized(std::uint64_t bytes) { return BodyReader(Kind::sized, bytes); }
  static BodyReader chunked() { return BodyReader(Kind::chunked, 0); }
  static BodyReader until_end() { return BodyReader(Kind::until_end, 0); }

  // 413 when the body turns out to be longer. A known length is judged at once.
  void limit(std::uint64_t bytes_max);
  // Takes bytes up to the end of the body and returns how many it took.
  std::size_t feed(std::string_view bytes, const BodySink& sink);
  // The connection ended.
  void end();

  bool done() const { return state_ == State::done; }
  bool failed() const { return state_ == State::failed; }
  const HttpFailure& failure() const { return failure_; }
  std::uint64_t received() const { return received_; }

 private:
  enum class Kind { sized, chunked, until_end };
  enum class State {
    data,
    size_first,
    size,
    extension,
    size_lf,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    end_lf,
    done,
    failed
  };

  BodyReader(Kind kind, std::uint64_t bytes);
  std::size_t take_data(std::string_view bytes, const BodySink& sink);
  void take_framing(char letter);
  void take_size_digit(char letter);
  void start_chunk();
  void expect(char letter, char wanted, State next);
  void count_framing();
  void fail(int status, std::string detail);

  Kind kind_;
  State state_;
  std::uint64_t left_;  // of the body, or of this chunk
  std::uint64_t received_ = 0;
  std::uint64_t bytes_max_ = UINT64_MAX;
  int size_digits_ = 0;
  std::size_t framing_bytes_ = 0;  // extensions and trailers together
  HttpFailure failure_;
};

}  // namespace tamarack::io
