// Small text functions every room needs. No word of the domain here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack {

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::vector<std::string> split_lines(std::string_view text);  // without line ends; accepts \n and \r\n; no empty last line
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
bool contains_ignoring_case(std::string_view text, std::string_view part);
std::string lower(std::string_view text);

// "1 test", "3 tests".
std::string count_of(std::int64_t count, std::string_view singular, std::string_view plural = {});
// "512 B", "1.5 MiB".
// Letters, digits, '-', '_' and '.', at least one and at most 100, not only dots: fit to be a part of a path or of another name.
bool is_plain_name(std::string_view text);
std::string human_bytes(std::uint64_t bytes);

// Nothing but digits, in range: no sign, no space, no "4x".
std::optional<std::int64_t> parse_integer(std::string_view text);

// A safe single argument for a POSIX shell: unchanged if harmless, else in single quotes.
std::string shell_quote(std::string_view text);

// ECMA-48 escape sequences (colours, cursor movements) removed.
std::string strip_ansi(std::string_view text);
// Invalid UTF-8 sequences replaced by U+FFFD, so that any bytes of a process can be stored as text.
std::string to_valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

// The last `bytes_max` bytes, cut at a line start where there is one, with a first line that says how much was cut.
std::string tail_of(std::string_view text, std::size_t bytes_max);

// The last lines that are not blank, trimmed and joined by " / "; "" when there are none. A line is cut at 200 bytes.
std::string last_lines(std::string_view text, std::size_t lines_max);

// Levenshtein distance, for "did you mean".
std::size_t edit_distance(std::string_view left, std::string_view right);
// The candidate a person most likely meant, or nothing when none is close.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

// Shell-style wildcards on paths: `*` and `?` stay inside one folder, `**` crosses folders.
bool glob_match(std::string_view pattern, std::string_view path);

}  // namespace tamarack
