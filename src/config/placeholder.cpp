#include "config/placeholder.h"

#include <algorithm>
#include <array>
#include <functional>

namespace tamarack::config {
namespace {

constexpr std::array worker_words{
    Placeholder{"port", "A free TCP port of this worker; the same for its whole life."},
    Placeholder{"worker", "The worker's number on its machine, from 1."},
    Placeholder{"data", "A folder of this worker alone, empty when the run starts."},
    Placeholder{"seed", "The seed of the run."},
};
constexpr std::array unit_words{
    Placeholder{"unit", "The unit to run, as `suite.discover` printed it; the command is started once per unit."},
    Placeholder{"units", "Several units, separated by spaces; one command runs them all."},
};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

// The length of "{word}" at `at`, or 0.
std::size_t braced_word(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '{') return 0;
  std::size_t end = at + 1;
  while (end < text.size() && is_word_char(text[end])) ++end;
  return end > at + 1 && end < text.size() && text[end] == '}' ? end + 1 - at : 0;
}

bool is_known(std::string_view word) {
  const auto is_it = [&](const Placeholder& placeholder) { return placeholder.name == word; };
  return std::any_of(worker_words.begin(), worker_words.end(), is_it) || std::any_of(unit_words.begin(), unit_words.end(), is_it);
}

// Calls `on_text` for what stays as it is and `on_word` for the word of each placeholder.
void walk(std::string_view text, const std::function<void(std::string_view)>& on_text,
          const std::function<void(std::string_view)>& on_word) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '{') {
      const std::size_t escaped = braced_word(text, at + 1);
      const bool closed = escaped > 0 && at + 1 + escaped < text.size() && text[at + 1 + escaped] == '}';
      if (closed && !is_known(text.substr(at + 2, escaped - 2))) {
        on_text(text.substr(at + 1, escaped));
        at += escaped + 2;
        continue;
      }
      const std::size_t length = braced_word(text, at);
      if (length > 0 && (at == 0 || text[at - 1] != '$')) {
        on_word(text.substr(at + 1, length - 2));
        at += length;
        continue;
      }
    }
    on_text(text.substr(at, 1));
    ++at;
  }
}

}  // namespace

std::span<const Placeholder> worker_placeholders() {
  return worker_words;
}
std::span<const Placeholder> unit_placeholders() {
  return unit_words;
}

std::vector<std::string> placeholders_in(std::string_view text) {
  std::vector<std::string> words;
  walk(text, [](std::string_view) {}, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

std::string without_escapes(std::string_view text) {
  std::string out;
  walk(text, [&](std::string_view literal) { out += literal; }, [&](std::string_view word) { out += "{" + std::string(word) + "}"; });
  return out;
}

}  // namespace tamarack::config
