#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace tamarack {
namespace {

char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Length of the valid UTF-8 sequence at the start of `bytes`, 0 if there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_sequence_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto continues = [&](std::size_t i) { return i < bytes.size() && (byte(i) & 0xc0) == 0x80; };
  if (bytes.empty()) return 0;
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\f\v");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\f\v") - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const std::size_t at = text.find(separator, from);
    parts.emplace_back(text.substr(from, at == std::string_view::npos ? at : at - from));
    if (at == std::string_view::npos) return parts;
    from = at + 1;
  }
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  while (from < text.size()) {
    std::size_t at = text.find('\n', from);
    if (at == std::string_view::npos) at = text.size();
    std::string_view line = text.substr(from, at - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    from = at + 1;
  }
  return lines;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t hit = text.find(from, at);
    if (hit == std::string::npos) break;
    out.append(text, at, hit - at).append(to);
    at = hit + from.size();
  }
  return out.append(text, at);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && lower(text.substr(0, prefix.size())) == lower(prefix);
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return lower(text).find(lower(part)) != std::string::npos;
}

std::string count_of(std::int64_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", singular);
  if (plural.empty()) return fmt::format("{} {}s", count, singular);
  return fmt::format("{} {}", count, plural);
}

bool is_plain_name(std::string_view text) {
  constexpr std::size_t name_max = 100;
  if (text.empty() || text.size() > name_max || text.find_first_not_of('.') == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB"}) {
    value /= 1024.0;
    unit = next;
    if (value < 1024.0) break;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string shell_quote(std::string_view text) {
  constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) return std::string(text);
  return "'" + replace_all(std::string(text), "'", "'\\''") + "'";
}

std::string strip_ansi(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 1 >= text.size()) break;
    const char kind = text[i + 1];
    if (kind == '[') {  // CSI: parameters, then one final byte in @ to ~
      i += 2;
      while (i < text.size() && !(text[i] >= '@' && text[i] <= '~')) ++i;
    } else if (kind == ']') {  // OSC: up to BEL or ST
      i += 2;
      while (i < text.size() && text[i] != '\a' && text[i] != '\x1b') ++i;
      if (i < text.size() && text[i] == '\x1b') ++i;
    } else {
      ++i;
    }
  }
  return out;
}

bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence_length(bytes);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  return out;
}

std::string tail_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::string_view tail = text.substr(text.size() - bytes_max);
  const std::size_t line = tail.find('\n');
  if (line != std::string_view::npos && line + 1 < tail.size()) tail.remove_prefix(line + 1);
  while (!tail.empty() && (static_cast<unsigned char>(tail.front()) & 0xc0) == 0x80) tail.remove_prefix(1);
  return fmt::format("… {} cut …\n{}", human_bytes(text.size() - tail.size()), tail);
}

std::string last_lines(std::string_view text, std::size_t lines_max) {
  constexpr std::size_t line_bytes_max = 200;
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < lines_max) {
    const std::size_t start = text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1;
    std::string line(trim(text.substr(start)));
    if (line.size() > line_bytes_max) line = to_valid_utf8(line.substr(0, line_bytes_max)) + "…";
    if (!line.empty()) lines.insert(lines.begin(), std::move(line));
    text = text.substr(0, start == 0 ? 0 : start - 1);
  }
  return join(lines, " / ");
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (left[i] == right[j] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(lower(word), lower(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

namespace {

// Each pair of positions is tried once: without that memory a pattern of many stars takes exponential time.
class GlobMatch {
 public:
  GlobMatch(std::string_view pattern, std::string_view path)
      : pattern_(pattern), path_(path), refuted_((pattern.size() + 1) * (path.size() + 1)) {}

  bool from(std::size_t p, std::size_t t) {
    const std::size_t pair = p * (path_.size() + 1) + t;
    if (refuted_[pair]) return false;
    if (matches(p, t)) return true;
    refuted_[pair] = true;
    return false;
  }

 private:
  bool matches(std::size_t p, std::size_t t) {
    if (p == pattern_.size()) return t == path_.size();
    const std::string_view rest = pattern_.substr(p);
    if (rest.starts_with("**/")) {
      if (from(p + 3, t)) return true;
      for (std::size_t i = t; i < path_.size(); ++i)
        if (path_[i] == '/' && from(p + 3, i + 1)) return true;
      return false;
    }
    if (rest.starts_with("**")) {
      for (std::size_t i = t; i <= path_.size(); ++i)
        if (from(p + 2, i)) return true;
      return false;
    }
    if (rest.front() == '*') {
      for (std::size_t i = t; i <= path_.size(); ++i) {
        if (from(p + 1, i)) return true;
        if (i < path_.size() && path_[i] == '/') return false;
      }
      return false;
    }
    const bool same = t < path_.size() && (rest.front() == '?' ? path_[t] != '/' : rest.front() == path_[t]);
    return same && from(p + 1, t + 1);
  }

  std::string_view pattern_;
  std::string_view path_;
  std::vector<bool> refuted_;
};

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  return GlobMatch(pattern, path).from(0, 0);
}

}  // namespace tamarack
