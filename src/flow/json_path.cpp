#include "flow/json_path.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"

namespace tamarack::flow {
namespace {

constexpr std::size_t depth_max = 64;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<JsonPath> read() {
    JsonPath path;
    if (text_.starts_with('$'))
      at_ = 1;
    else if (!text_.empty() && is_name_character(text_[0]))
      path.emplace_back(take_name());  // "status" for "$.status"
    while (at_ < text_.size()) {
      if (path.size() == json_path_steps_max) return refuse(fmt::format("at most {} steps", json_path_steps_max));
      if (text_[at_] == '.')
        TRY_VOID(read_member(path));
      else if (text_[at_] == '[')
        TRY_VOID(read_bracket(path));
      else
        return refuse("'.' or '['");
    }
    if (text_.empty()) return refuse("'$'");
    return path;
  }

 private:
  std::string take_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<> read_member(JsonPath& path) {
    ++at_;
    std::string name = take_name();
    if (name.empty()) return refuse("a name");
    path.emplace_back(std::move(name));
    return {};
  }

  Result<> read_bracket(JsonPath& path) {
    ++at_;
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote == '\'' || quote == '"') {
      const std::size_t end = text_.find(quote, at_ + 1);
      if (end == std::string_view::npos) return refuse("a closing quote");
      path.emplace_back(std::string(text_.substr(at_ + 1, end - at_ - 1)));
      at_ = end + 1;
    } else {
      const std::size_t end = std::min(text_.find(']', at_), text_.size());
      const std::string_view digits = text_.substr(at_, end - at_);
      const bool negative = digits.starts_with('-');
      const auto index = parse_integer(negative ? digits.substr(1) : digits);
      if (!index || (negative && *index == 0)) return refuse("an index or a name in quotes");
      path.emplace_back(negative ? -*index : *index);
      at_ = end;
    }
    if (at_ >= text_.size() || text_[at_] != ']') return refuse("']'");
    ++at_;
    return {};
  }

  Error refuse(std::string_view expected) const {
    return make_error(ErrorCode::invalid_argument, fmt::format("JSON path '{}', character {}: expected {}", text_, at_ + 1, expected),
                      "a path is written like $.status or $.items[0]['job id']; it leads to one value");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<JsonPath> parse_json_path(std::string_view text) {
  return Reader(text).read();
}

const boost::json::value* find(const boost::json::value& root, const JsonPath& path) {
  const boost::json::value* at = &root;
  for (const auto& step : path) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      at = at->is_object() ? at->get_object().if_contains(*name) : nullptr;
    } else if (at->is_array()) {
      const auto size = static_cast<std::int64_t>(at->get_array().size());
      const std::int64_t wanted = std::get<std::int64_t>(step);
      const std::int64_t index = wanted < 0 ? size + wanted : wanted;
      at = index >= 0 && index < size ? &at->get_array()[static_cast<std::size_t>(index)] : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::optional<boost::json::value> parse_document(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse({text.data(), text.size()}, failed, {}, options);
  if (failed) return std::nullopt;
  return value;
}

std::string plain_text(const boost::json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return boost::json::serialize(value);
}

std::string_view kind_name(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "an integer";
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
  }
  return "null";
}

}  // namespace tamarack::flow
