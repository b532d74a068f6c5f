// One file out of a multipart/form-data body (RFC 7578), piece by piece, so that it is never in memory as a whole. Pure: bytes in, the
// file's bytes out. Other fields are passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tamarack::coordinator {

// The boundary in `multipart/form-data; boundary=…`. `invalid_argument` when there is none, or none that could be one.
Result<std::string> multipart_boundary(std::string_view content_type);

class MultipartFile {
 public:
  // The part whose field is called `field`. `sink` gets its bytes.
  MultipartFile(const std::string& boundary, std::string field, std::function<void(std::string_view)> sink);

  // `invalid_argument` when the body is none, `limit_exceeded` when a part's head is too long, or there are too many parts.
  Result<> feed(std::string_view bytes);
  // After the last byte: `invalid_argument` when the body was cut, or had no such field, or had it twice.
  Result<> end() const;

  const std::string& file_name() const { return file_name_; }

  static constexpr std::size_t head_bytes_max = 8 * 1024;
  static constexpr int parts_max = 100;

 private:
  enum class State { body, after_boundary, head, done };
  Result<> take_head();
  Result<bool> step();
  bool is_too_long(std::size_t end, std::size_t mark) const;

  std::string delimiter_;  // CR LF "--" boundary
  std::string field_;
  std::function<void(std::string_view)> sink_;
  State state_ = State::body;
  std::string rest_ = "\r\n";  // not looked at yet; the first boundary has no line end before it
  bool is_wanted_ = false;     // the part that is being read
  bool found_ = false;
  int parts_ = 0;
  std::string file_name_;
};

}  // namespace tamarack::coordinator
