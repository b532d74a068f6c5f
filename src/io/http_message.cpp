#include "io/http_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace tamarack::io {
namespace {

char lower_letter(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : to_valid_utf8(text)) {
    if (letter == '"' || letter == '\\')
      quoted += {'\\', letter};
    else if (static_cast<unsigned char>(letter) < 0x20)
      quoted += fmt::format("\\u{:04x}", static_cast<int>(letter));
    else
      quoted += letter;
  }
  return quoted + '"';
}

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  const char small = lower_letter(letter);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

enum class Plus { stays, is_space };

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char letter = text[at];
    if (letter == '+' && plus == Plus::is_space) letter = ' ';
    if (letter == '%') {
      if (at + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[at + 1]);
      const int low = hex_digit(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      letter = static_cast<char>(high * 16 + low);
      at += 2;
    }
    decoded += letter;
  }
  return decoded;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; });
}

bool has_dot_segment(std::string_view path) {
  for (const std::string& segment : split(path, '/'))
    if (segment == "." || segment == "..") return true;
  return false;
}

Error bad_target(std::string why) {
  return make_error(ErrorCode::invalid_argument, std::move(why));
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view raw) {
  std::vector<std::pair<std::string, std::string>> query;
  if (raw.empty()) return query;
  for (const std::string& pair : split(raw, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = percent_decoded(std::string_view(pair).substr(0, equals), Plus::is_space);
    auto value = equals == std::string::npos ? std::string{} : percent_decoded(std::string_view(pair).substr(equals + 1), Plus::is_space);
    if (!name || !value) return bad_target("the query has a bad percent escape");
    if (!is_valid_utf8(*name) || !is_valid_utf8(*value)) return bad_target("the query is not UTF-8");
    if (name->find('\0') != std::string::npos || value->find('\0') != std::string::npos) return bad_target("the query has a NUL character");
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

std::optional<std::uint64_t> decimal(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char one, char other) { return lower_letter(one) == lower_letter(other); });
}

std::string_view field_of(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

Answer problem(int status, std::string_view detail) {
  return {.status = status,
          .fields = {{"Content-Type", "application/problem+json"}},
          .body = fmt::format(R"({{"type":"about:blank","title":{},"status":{},"detail":{}}})", json_text(reason_of(status)), status,
                              json_text(detail))};
}

std::string_view reason_of(int status) {
  static constexpr std::pair<int, std::string_view> reasons[] = {{100, "Continue"},
                                                                 {101, "Switching Protocols"},
                                                                 {200, "OK"},
                                                                 {201, "Created"},
                                                                 {202, "Accepted"},
                                                                 {204, "No Content"},
                                                                 {206, "Partial Content"},
                                                                 {301, "Moved Permanently"},
                                                                 {302, "Found"},
                                                                 {303, "See Other"},
                                                                 {304, "Not Modified"},
                                                                 {307, "Temporary Redirect"},
                                                                 {308, "Permanent Redirect"},
                                                                 {400, "Bad Request"},
                                                                 {401, "Unauthorized"},
                                                                 {403, "Forbidden"},
                                                                 {404, "Not Found"},
                                                                 {405, "Method Not Allowed"},
                                                                 {406, "Not Acceptable"},
                                                                 {408, "Request Timeout"},
                                                                 {409, "Conflict"},
                                                                 {410, "Gone"},
                                                                 {411, "Length Required"},
                                                                 {412, "Precondition Failed"},
                                                                 {413, "Content Too Large"},
                                                                 {415, "Unsupported Media Type"},
                                                                 {416, "Range Not Satisfiable"},
                                                                 {417, "Expectation Failed"},
                                                                 {422, "Unprocessable Content"},
                                                                 {426, "Upgrade Required"},
                                                                 {429, "Too Many Requests"},
                                                                 {431, "Request Header Fields Too Large"},
                                                                 {500, "Internal Server Error"},
                                                                 {501, "Not Implemented"},
                                                                 {502, "Bad Gateway"},
                                                                 {503, "Service Unavailable"},
                                                                 {505, "HTTP Version Not Supported"},
                                                                 {507, "Insufficient Storage"}};
  for (const auto& [code, reason] : reasons)
    if (code == status) return reason;
  return "Unknown";
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  const auto harmless = [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f ? ' ' : letter; };
  std::transform(name.begin(), name.end(), std::back_inserter(head), harmless);
  head += ": ";
  std::transform(value.begin(), value.end(), std::back_inserter(head), harmless);
  head += "\r\n";
}

std::string answer_head(int status, const Fields& fields) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_of(status));
  for (const auto& [name, value] : fields) append_field(head, name, value);
  return head;
}

std::string http_date(Instant instant) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(instant - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days.at(std::chrono::weekday{day}.c_encoding()),
                     static_cast<unsigned>(date.day()), months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

namespace {

// The escapes are known to be good.
std::vector<std::string> segments_of(std::string_view raw_path) {
  std::vector<std::string> segments = split(raw_path, '/');
  for (std::string& segment : segments) segment = percent_decoded(segment, Plus::stays).value_or(segment);
  return segments;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  if (target == "*") return Target{.path = "*", .segments = {"*"}};
  for (const std::string_view scheme : {"http://", "https://"}) {  // absolute form, as a proxy sends it
    if (!starts_with_ignoring_case(target, scheme)) continue;
    const std::size_t slash = target.find_first_of("/?", scheme.size());
    if (slash == std::string_view::npos) return Target{.path = "/", .segments = {"", ""}};
    if (target[slash] == '?') return bad_target("the request target has no path");
    target.remove_prefix(slash);
    break;
  }
  if (!target.starts_with('/')) return bad_target("the request target must be a path");
  const std::size_t mark = target.find('?');
  auto path = percent_decoded(target.substr(0, mark), Plus::stays);
  if (!path) return bad_target("the path has a bad percent escape");
  if (has_control_character(*path)) return bad_target("the path has a control character");
  if (!is_valid_utf8(*path)) return bad_target("the path is not UTF-8");
  if (has_dot_segment(*path)) return bad_target("the path has a '.' or '..' segment");
  if (target.find('#') != std::string_view::npos) return bad_target("the request target has a fragment");
  Target parsed{.path = std::move(*path),
                .segments = segments_of(target.substr(0, mark)),
                .raw_query = mark == std::string_view::npos ? "" : std::string(target.substr(mark + 1))};
  parsed.query = TRY(parse_query(parsed.raw_query));
  return parsed;
}

std::string url_segment(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

Result<HttpUrl> parse_http_url(std::string_view url) {
  const auto bad = [&](std::string_view why) {
    return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is not a usable URL: {}", url, why),
                      "write it as http://host:port/path or https://host/path");
  };
  if (has_control_character(url) || url.find(' ') != std::string_view::npos) return bad("it has a space or a control character");
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return bad("the scheme is missing");
  const std::string scheme = lower(url.substr(0, colon));
  const bool tls = scheme == "https" || scheme == "wss";
  if (!tls && scheme != "http" && scheme != "ws") return bad("only http, https, ws and wss are known");
  const std::string_view rest = url.substr(colon + 3);
  const std::size_t slash = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return bad("a name or password does not belong here");
  HttpUrl parsed{.tls = tls, .port = tls ? "443" : "80", .authority = std::string(authority)};
  std::string_view host = authority;
  if (const std::size_t mark = authority.rfind(':');
      mark != std::string_view::npos && authority.find(']', mark) == std::string_view::npos) {
    host = authority.substr(0, mark);
    const auto port = decimal(authority.substr(mark + 1));
    if (!port || *port == 0 || *port > 65535) return bad("the port must be 1 to 65535");
    parsed.port = std::to_string(*port);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return bad("the host is missing");
  parsed.host = std::string(host);
  std::string_view target = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  target = target.substr(0, target.find('#'));
  parsed.target = (target.starts_with('/') ? "" : "/") + std::string(target);
  return parsed;
}

RangeChoice choose_range(std::string_view range_field, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!range_field.starts_with(unit)) return {};
  const std::string_view spec = trim(range_field.substr(unit.size()));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return {};
  const std::string_view from = spec.substr(0, dash);
  const std::string_view until = spec.substr(dash + 1);
  if (from.empty()) {
    const auto count = decimal(until);
    if (!count) return {};
    if (*count == 0 || size == 0) return {.kind = RangeKind::unsatisfiable};
    const std::uint64_t length = std::min(*count, size);
    return {.kind = RangeKind::part, .range = {.first = size - length, .length = length}};
  }
  const auto first = decimal(from);
  const auto last = until.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : decimal(until);
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {.kind = RangeKind::unsatisfiable};
  return {.kind = RangeKind::part, .range = {.first = *first, .length = std::min(*last, size - 1) - *first + 1}};
}

}  // namespace tamarack::io
