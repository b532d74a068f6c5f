#include "coordinator/multipart.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tamarack::coordinator {
namespace {

// The value of `name=` in a header with parameters; quoted or not.
std::string parameter_of(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at != std::string_view::npos) {
    std::string_view rest = trim(header.substr(at + 1));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return {};
    const bool is_it = lower(trim(rest.substr(0, equals))) == name;
    rest = trim(rest.substr(equals + 1));
    std::string value;
    std::size_t end = 0;
    if (rest.starts_with('"')) {
      for (end = 1; end < rest.size() && rest[end] != '"'; ++end) {
        if (rest[end] == '\\' && end + 1 < rest.size()) ++end;
        value += rest[end];
      }
      if (end < rest.size()) ++end;
    } else {
      end = std::min(rest.find(';'), rest.size());
      value = std::string(trim(rest.substr(0, end)));
    }
    if (is_it) return value;
    header = rest.substr(end);
    at = header.find(';');
  }
  return {};
}

Error no_multipart(std::string_view why) {
  return make_error(ErrorCode::invalid_argument, fmt::format("the body is no multipart/form-data: {}", why));
}

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
  const std::string boundary = parameter_of(content_type, "boundary");
  const bool is_good = !boundary.empty() && boundary.size() <= 70 &&
                       std::all_of(boundary.begin(), boundary.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!is_good) return no_multipart("its type names no boundary");
  return boundary;
}

MultipartFile::MultipartFile(const std::string& boundary, std::string field, std::function<void(std::string_view)> sink)
    : delimiter_("\r\n--" + boundary), field_(std::move(field)), sink_(std::move(sink)) {}

Result<> MultipartFile::feed(std::string_view bytes) {
  if (state_ == State::done) return {};  // an epilogue
  rest_ += bytes;
  while (TRY(step())) {
  }
  return {};
}

// Whether what ends at `end` with a mark of `mark` bytes is longer than a head may be: the same however the bytes came.
bool MultipartFile::is_too_long(std::size_t end, std::size_t mark) const {
  return end == std::string::npos ? rest_.size() >= head_bytes_max + mark : end > head_bytes_max;
}

// True when there may be more to do with what is there.
Result<bool> MultipartFile::step() {
  switch (state_) {
    case State::body: {
      const std::size_t at = rest_.find(delimiter_);
      // What might be the beginning of a delimiter stays.
      const std::size_t kept = std::min(rest_.size(), delimiter_.size() - 1);
      const std::size_t sure = at == std::string::npos ? rest_.size() - kept : at;
      if (is_wanted_ && sure > 0) sink_(std::string_view(rest_).substr(0, sure));
      rest_.erase(0, at == std::string::npos ? sure : at + delimiter_.size());
      if (at == std::string::npos) return false;
      is_wanted_ = false;
      state_ = State::after_boundary;
      return true;
    }
    case State::after_boundary: {
      if (rest_.size() < 2) return false;
      if (rest_.starts_with("--")) {
        state_ = State::done;
        rest_.clear();
        return false;
      }
      const std::size_t end = rest_.find("\r\n");
      if (is_too_long(end, 2)) return no_multipart("a boundary does not end");
      if (end == std::string::npos) return false;
      if (!trim(std::string_view(rest_).substr(0, end)).empty()) return no_multipart("something follows a boundary");
      rest_.erase(0, end);  // the line end belongs to the head, which may be empty
      state_ = State::head;
      return true;
    }
    case State::head: {
      const std::size_t end = rest_.find("\r\n\r\n");
      if (is_too_long(end, 4))
        return make_error(ErrorCode::limit_exceeded, fmt::format("the head of a part is longer than {} bytes", head_bytes_max));
      if (end == std::string::npos) return false;
      TRY_VOID(take_head());
      rest_.erase(0, end + 4);
      state_ = State::body;
      return true;
    }
    case State::done:
      return false;
  }
  return false;
}

Result<> MultipartFile::take_head() {
  if (++parts_ > parts_max) return make_error(ErrorCode::limit_exceeded, fmt::format("more than {} parts", parts_max));
  for (const std::string& line : split_lines(rest_.substr(0, rest_.find("\r\n\r\n")))) {
    if (!starts_with_ignoring_case(line, "content-disposition:") || parameter_of(line, "name") != field_) continue;
    if (found_) return no_multipart(fmt::format("the field '{}' is there twice", field_));
    found_ = is_wanted_ = true;
    file_name_ = parameter_of(line, "filename");
  }
  return {};
}

Result<> MultipartFile::end() const {
  if (state_ != State::done) return no_multipart("it ends before its last boundary");
  if (!found_) return make_error(ErrorCode::invalid_argument, fmt::format("there is no field '{}' in the form", field_));
  return {};
}

}  // namespace tamarack::coordinator
