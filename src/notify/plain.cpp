#include "notify/plain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/cells.h"

namespace tamarack::notify {

std::string cut(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view dots = "…";
  // Repairing may make a text three times as long, so it comes before the measure; no more is repaired than can be used.
  std::string valid = to_valid_utf8(text.substr(0, bytes_max + 4));
  if (valid.size() <= bytes_max && text.size() <= bytes_max) return valid;
  std::size_t end = std::min(valid.size(), bytes_max - dots.size());
  while (end > 0 && (static_cast<unsigned char>(valid[end]) & 0xc0) == 0x80) --end;
  valid.resize(end);
  return valid + std::string(dots);
}

std::string cut_line(std::string_view text, std::size_t bytes_max) {
  return cut(report::printable(text.substr(0, 8 * bytes_max)), bytes_max);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

bool is_full_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_green(const report::ReportView& view) {
  return view.run.verdict == "passed";
}

}  // namespace tamarack::notify
