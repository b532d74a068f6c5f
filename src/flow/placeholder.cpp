#include "flow/placeholder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/text.h"
#include "flow/json_path.h"

namespace tamarack::flow {
namespace {

constexpr std::array<std::string_view, 6> nothings{"undefined", "null", "NaN", "None", "[object Object]", "%5Bobject%20Object%5D"};
constexpr std::size_t value_bytes_max = 2'048;

bool is_nothing(std::string_view text) {
  return std::find(nothings.begin(), nothings.end(), text) != nothings.end();
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Result<std::string> value_of(std::string_view name, const std::vector<Captured>& captures) {
  const auto found = std::find_if(captures.begin(), captures.end(), [&](const Captured& captured) { return captured.name == name; });
  if (found == captures.end()) {
    std::vector<std::string> names;
    for (const Captured& captured : captures) names.push_back(captured.name);
    const auto meant = closest(name, names);
    const std::string hint =
        meant ? fmt::format("did you mean '{{{}}}'?", *meant) : fmt::format("captured are: {}", names.empty() ? "none" : join(names, ", "));
    return make_error(ErrorCode::invalid_argument, fmt::format("the captured field '{}' is missing", name), hint);
  }
  const auto value = parse_document(found->json);
  if (!value || !(value->is_string() || value->is_number()))
    return make_error(ErrorCode::invalid_argument, fmt::format("the captured field '{}' is {}, expected a string or a number", name,
                                                               value ? kind_name(*value) : std::string_view("no JSON")));
  std::string text = plain_text(*value);
  if (trim(text).empty()) return make_error(ErrorCode::invalid_argument, fmt::format("the captured field '{}' is empty", name));
  if (is_nothing(text))
    return make_error(ErrorCode::invalid_argument, fmt::format("the captured field '{}' is '{}'", name, text),
                      "the program that captured it read a field that is not there");
  if (text.size() > value_bytes_max)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the captured field '{}' is longer than {}", name, human_bytes(value_bytes_max)));
  return text;
}

}  // namespace

Result<std::string> fill(std::string_view pattern, const std::vector<Captured>& captures, FilledAs as) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    const bool doubled = (c == '{' || c == '}') && at + 1 < pattern.size() && pattern[at + 1] == c;
    if (c != '{' || doubled) {
      out += c;
      if (doubled) ++at;
      continue;
    }
    const std::size_t end = pattern.find('}', at);
    const std::string_view name = pattern.substr(at + 1, end == std::string_view::npos ? 0 : end - at - 1);
    if (!is_plain_name(name))
      return make_error(ErrorCode::invalid_argument, fmt::format("'{}', character {}: expected '{{name}}'", pattern, at + 1),
                        "write a brace twice to mean itself");
    const std::string value = TRY(value_of(name, captures));
    out += as == FilledAs::address ? percent_encoded(value) : value;
    at = end;
  }
  return out;
}

std::string forgotten_value(std::string_view address) {
  const std::string_view path = address.substr(0, address.find_first_of("?#"));
  for (const std::string& segment : split(path, '/'))
    if (is_nothing(segment)) return segment;
  return {};
}

}  // namespace tamarack::flow
