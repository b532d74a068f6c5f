#include "report/cells.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/text.h"

namespace tamarack::report {
namespace {

struct Glyph {
  std::size_t at = 0;
  std::size_t bytes = 0;
  std::size_t cells = 0;
};

struct Range {
  char32_t first;
  char32_t last;
};

// Combining marks, joiners, direction marks and variation selectors of Unicode 15, without the rare scripts.
constexpr std::array zero_width{Range{0x0300, 0x036f}, Range{0x0483, 0x0489},   Range{0x0591, 0x05bd},  Range{0x0610, 0x061a},
                                Range{0x064b, 0x065f}, Range{0x0e31, 0x0e31},   Range{0x0e34, 0x0e3a},  Range{0x0e47, 0x0e4e},
                                Range{0x1ab0, 0x1aff}, Range{0x1dc0, 0x1dff},   Range{0x200b, 0x200f},  Range{0x202a, 0x202e},
                                Range{0x2060, 0x2064}, Range{0x20d0, 0x20ff},   Range{0xfe00, 0xfe0f},  Range{0xfe20, 0xfe2f},
                                Range{0xfeff, 0xfeff}, Range{0x1f3fb, 0x1f3ff}, Range{0xe0100, 0xe01ef}};

// East Asian Width W and F (UAX 11), and the emoji that terminals draw in two cells.
constexpr std::array double_width{
    Range{0x1100, 0x115f},   Range{0x231a, 0x231b},   Range{0x2329, 0x232a},   Range{0x23e9, 0x23ec},   Range{0x23f0, 0x23f0},
    Range{0x23f3, 0x23f3},   Range{0x25fd, 0x25fe},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},   Range{0x267f, 0x267f},
    Range{0x2693, 0x2693},   Range{0x26a1, 0x26a1},   Range{0x26aa, 0x26ab},   Range{0x26bd, 0x26be},   Range{0x26c4, 0x26c5},
    Range{0x26ce, 0x26ce},   Range{0x26d4, 0x26d4},   Range{0x26ea, 0x26ea},   Range{0x26f2, 0x26f3},   Range{0x26f5, 0x26f5},
    Range{0x26fa, 0x26fa},   Range{0x26fd, 0x26fd},   Range{0x2705, 0x2705},   Range{0x270a, 0x270b},   Range{0x2728, 0x2728},
    Range{0x274c, 0x274c},   Range{0x274e, 0x274e},   Range{0x2753, 0x2755},   Range{0x2757, 0x2757},   Range{0x2795, 0x2797},
    Range{0x27b0, 0x27b0},   Range{0x27bf, 0x27bf},   Range{0x2b1b, 0x2b1c},   Range{0x2b50, 0x2b50},   Range{0x2b55, 0x2b55},
    Range{0x2e80, 0x303e},   Range{0x3041, 0x33ff},   Range{0x3400, 0x4dbf},   Range{0x4e00, 0x9fff},   Range{0xa000, 0xa4cf},
    Range{0xa960, 0xa97f},   Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},
    Range{0xffe0, 0xffe6},   Range{0x16fe0, 0x18d08}, Range{0x1b000, 0x1b2fb}, Range{0x1f004, 0x1f004}, Range{0x1f0cf, 0x1f0cf},
    Range{0x1f18e, 0x1f18e}, Range{0x1f191, 0x1f19a}, Range{0x1f200, 0x1f265}, Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff},
    Range{0x1f7e0, 0x1f7eb}, Range{0x1f900, 0x1f9ff}, Range{0x1fa70, 0x1faff}, Range{0x20000, 0x3fffd}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t point) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), point, [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && point <= std::prev(after)->last;
}

std::size_t sequence_length(unsigned char lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc2 ? 2 : 1;
}

char32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(sequence[i])); };
  switch (sequence.size()) {
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    case 4:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    default:
      return byte(0);
  }
}

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = std::min(sequence_length(static_cast<unsigned char>(text[at])), text.size() - at);
    const char32_t point = code_point(text.substr(at, bytes));
    const std::size_t cells = is_in(zero_width, point) ? 0 : is_in(double_width, point) ? 2 : 1;
    glyphs.push_back({at, bytes, cells});
    at += bytes;
  }
  return glyphs;
}

constexpr std::string_view ellipsis = "…";

}  // namespace

std::string printable(std::string_view text) {
  std::string clean = to_valid_utf8(strip_ansi(text));
  std::string out;
  out.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    // U+0080 to U+009F are control characters too; some terminals obey them.
    const bool is_c1 = byte == 0xc2 && i + 1 < clean.size() && static_cast<unsigned char>(clean[i + 1]) < 0xa0;
    if (is_c1) ++i;
    out += byte < 0x20 || byte == 0x7f || is_c1 ? ' ' : clean[i];
  }
  return out;
}

std::size_t cells_of(std::string_view text) {
  std::size_t cells = 0;
  for (const Glyph& glyph : glyphs_of(text)) cells += glyph.cells;
  return cells;
}

std::string fit(std::string_view text, std::size_t cells) {
  if (cells_of(text) <= cells) return std::string(text);
  if (cells == 0) return {};
  std::size_t used = 0;
  std::size_t bytes = 0;
  for (const Glyph& glyph : glyphs_of(text)) {
    if (used + glyph.cells > cells - 1) break;
    used += glyph.cells;
    bytes = glyph.at + glyph.bytes;
  }
  return std::string(text.substr(0, bytes)) + std::string(ellipsis);
}

std::string fit_end(std::string_view text, std::size_t cells) {
  if (cells_of(text) <= cells) return std::string(text);
  if (cells == 0) return {};
  const std::vector<Glyph> glyphs = glyphs_of(text);
  std::size_t used = 0;
  std::size_t from = text.size();
  for (auto glyph = glyphs.rbegin(); glyph != glyphs.rend(); ++glyph) {
    if (used + glyph->cells > cells - 1) break;
    used += glyph->cells;
    if (glyph->cells > 0) from = glyph->at;  // a mark without the letter it belongs to would stick to the ellipsis
  }
  return std::string(ellipsis) + std::string(text.substr(from));
}

std::string pad(std::string_view text, std::size_t cells) {
  std::string fitted = fit(text, cells);
  return fitted + std::string(cells - cells_of(fitted), ' ');
}

std::string pad_left(std::string_view text, std::size_t cells) {
  const std::string fitted = fit(text, cells);
  return std::string(cells - cells_of(fitted), ' ') + fitted;
}

}  // namespace tamarack::report
