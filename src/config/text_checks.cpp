#include "config/text_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/read_config.h"

namespace tamarack::config {
namespace {

bool starts_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

Position position_of(std::string_view text, std::size_t offset) {
  Position at;
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if (starts_character(text[i])) {
      ++at.column;
    }
  }
  return at;
}

// The first byte that is not UTF-8. Lines are checked one by one, because an invalid sequence cannot reach past a line end.
std::optional<std::size_t> invalid_utf8_at(std::string_view text) {
  if (is_valid_utf8(text)) return std::nullopt;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t length = 1;
    while (length <= 4 && at + length <= text.size() && !is_valid_utf8(text.substr(at, length))) ++length;
    if (length > 4 || at + length > text.size()) return at;
    at += length;
  }
  return std::nullopt;
}

// Follows TOML's strings and comments closely enough to count brackets and dots outside them. On text that is not TOML it may count
// wrongly; then the parser stops at the first error before the depth matters.
class NestingScan {
 public:
  explicit NestingScan(std::string_view text) : text_(text) {}

  // The offset at which the depth goes beyond the limit.
  std::optional<std::size_t> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (c == '[' || c == '{') ++brackets_;
      if (c == ']' || c == '}') brackets_ = std::max<std::int64_t>(0, brackets_ - 1);
      if (c == '.')
        ++dots_;
      else if (!is_part_of_name(c))
        dots_ = 0;
      if (brackets_ > nesting_max || dots_ > nesting_max) return at_;
      ++at_;
    }
    return std::nullopt;
  }

 private:
  // Spaces are allowed around the dots of a name.
  static bool is_part_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ' ' || c == '\t';
  }

  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool many_lines = text_.substr(at_).starts_with(three);
    at_ += many_lines ? 3 : 1;
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        at_ += 2;
      } else if (many_lines && text_.substr(at_).starts_with(three)) {
        at_ += 3;
        for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) ++at_;  // up to two quotes belong to the text
        return;
      } else if (!many_lines && (text_[at_] == quote || text_[at_] == '\n')) {
        ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t brackets_ = 0;
  std::int64_t dots_ = 0;
};

}  // namespace

std::optional<TextProblem> check_text(std::string_view text) {
  if (text.size() > file_bytes_max)
    return TextProblem{{},
                       fmt::format("file must be at most {}, got {}", human_bytes(file_bytes_max), human_bytes(text.size())),
                       "is this the right file?"};
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return TextProblem{position_of(text, nul), "expected text, got a NUL byte", "is this the right file, saved as UTF-8?"};
  if (const auto bad = invalid_utf8_at(text))
    return TextProblem{
        position_of(text, *bad),
        fmt::format("expected UTF-8, got the invalid byte 0x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(text[*bad]))),
        "save the file as UTF-8"};
  if (trim(text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text).empty())
    return TextProblem{{}, "the file is empty, expected at least 'version' and [suite]", "write one with: tamarack init --force"};
  if (const auto deep = NestingScan(text).run())
    return TextProblem{position_of(text, *deep), fmt::format("nesting must be at most {} deep, got more", nesting_max), ""};
  return std::nullopt;
}

}  // namespace tamarack::config
