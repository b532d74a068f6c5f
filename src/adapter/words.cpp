#include "adapter/words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tamarack::adapter {

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (escapes) {
      // Inside double quotes a backslash is only special before a character that would be special itself.
      const char next = line[i + 1];
      if (quote == '"' && next != '"' && next != '\\') word.push_back(c);
      word.push_back(next);
      in_word = true;
      ++i;
    } else if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word.push_back(c);
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word.push_back(c);
      in_word = true;
    }
  }
  if (quote != 0)
    return make_error(ErrorCode::invalid_config, fmt::format("'{}' has an open {} quote", line, quote == '"' ? "double" : "single"),
                      "close the quote, or put a backslash before it");
  if (in_word) words.push_back(std::move(word));
  return words;
}

Result<std::vector<std::string>> program_words(std::string_view program, std::vector<std::string> fallback) {
  if (trim(program).empty()) return fallback;
  Result<std::vector<std::string>> words = split_words(program);
  if (!words) return std::move(words).error().in("suite.program");
  return words;
}

}  // namespace tamarack::adapter
