#include "wire/json.h"

namespace tamarack::wire::json {

void write_string(std::string& out, std::string_view text) {
  if (!is_valid_utf8(text)) return write_string(out, to_valid_utf8(text));
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  out += '"';
}

Result<boost::json::value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(boost::json::string_view(text.data(), text.size()), failed, {}, options);
  if (failed) return make_error(ErrorCode::corrupt, "invalid JSON: " + failed.message());
  return value;
}

}  // namespace tamarack::wire::json
