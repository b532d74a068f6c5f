#include "wire/server_url.h"

#include <fmt/format.h>

#include "base/masker.h"
#include "base/text.h"

namespace tamarack::wire {
namespace {

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

Error not_usable(std::string_view why) {
  return make_error(ErrorCode::invalid_argument, fmt::format("the address cannot be used: {}", why));
}

// "a=1&token=xyz": values of secret names hidden.
std::string hidden_query(std::string_view query) {
  std::vector<std::string> fields = split(query, '&');
  for (std::string& field : fields) {
    const std::size_t equals = field.find('=');
    if (equals != std::string::npos && is_secret_name(std::string_view(field).substr(0, equals)))
      field = field.substr(0, equals + 1) + std::string(mask_text);
  }
  return join(fields, "&");
}

// The end of a value of a connection string that begins at `at`: at the next space, or behind its closing quote.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  const bool quoted = at < text.size() && text[at] == '\'';
  for (std::size_t i = quoted ? at + 1 : at; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (quoted && text[i] == '\'')
      return i + 1;
    else if (!quoted && text[i] == ' ')
      return i;
  }
  return text.size();
}

std::string hidden_words(std::string_view text) {
  std::string out(text);
  std::size_t from = 0;
  while (true) {
    const std::size_t at = lower(out).find("password", from);
    if (at == std::string::npos) return out;
    std::size_t value = at + std::string_view("password").size();
    while (value < out.size() && out[value] == ' ') ++value;
    if (value >= out.size() || out[value] != '=') {
      from = at + 1;
      continue;
    }
    ++value;
    while (value < out.size() && out[value] == ' ') ++value;
    out.replace(value, end_of_value(out, value) - value, mask_text);
    from = value + mask_text.size();
  }
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

Result<ServerUrl> parse_server_url(std::string_view text) {
  for (const char letter : text)
    if (static_cast<unsigned char>(letter) <= ' ' || letter == '\x7f') return not_usable("it has a space or a control character");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return not_usable("the scheme is missing");
  ServerUrl url{.scheme = lower(text.substr(0, colon))};
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const std::size_t mark = who.find(':');
    url.user = percent_decoded(who.substr(0, mark));
    if (mark != std::string_view::npos) url.password = percent_decoded(who.substr(mark + 1));
    authority.remove_prefix(at + 1);
  }
  const std::size_t mark = authority.rfind(':');
  if (mark != std::string_view::npos && authority.find(']', mark) == std::string_view::npos) {
    const auto port = parse_integer(authority.substr(mark + 1));
    if (!port || *port < 1 || *port > 65535) return not_usable("the port must be 1 to 65535");
    url.port = std::to_string(*port);
    authority = authority.substr(0, mark);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  url.host = percent_decoded(authority);
  const std::size_t question = rest.find('?');
  url.has_path = rest.starts_with('/');
  url.path = url.has_path ? percent_decoded(rest.substr(1, question == std::string_view::npos ? question : question - 1)) : "";
  if (question != std::string_view::npos) url.query = std::string(rest.substr(question + 1));
  return url;
}

std::string without_secrets(std::string_view address) {
  const std::size_t scheme = address.find("://");
  if (scheme == std::string_view::npos) return hidden_words(address);
  std::string out(address.substr(0, scheme + 3));
  std::string_view rest = address.substr(scheme + 3);
  // A password may hold '/', '?' and '#' though it should not: everything before the last '@' of what looks like the authority is hidden.
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::size_t at = rest.substr(0, end).rfind('@');
  if (at == std::string_view::npos && rest.substr(0, end).find(':') != std::string_view::npos) {
    const std::size_t later = rest.find('@');
    const std::string_view port = rest.substr(rest.substr(0, end).rfind(':') + 1, end - rest.substr(0, end).rfind(':') - 1);
    if (later != std::string_view::npos && !parse_integer(port)) at = later;
  }
  if (at != std::string_view::npos) {
    const std::string_view who = rest.substr(0, at);
    const std::size_t mark = who.find(':');
    out += who.substr(0, mark);
    if (mark != std::string_view::npos) out += ":" + std::string(mask_text);
    out += '@';
    rest.remove_prefix(at + 1);
  }
  const std::size_t question = rest.find('?');
  out += rest.substr(0, question);
  if (question != std::string_view::npos) out += "?" + hidden_query(rest.substr(question + 1));
  return out;
}

}  // namespace tamarack::wire
