#include "flow/discover.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/http_date.h"
#include "base/text.h"

namespace tamarack::flow {
namespace {

constexpr std::int64_t seconds_max = 86'400;  // of a Retry-After; more is a mistake, and the safety net should still look once a day
constexpr std::size_t url_bytes_max = 8'192;

struct Parts {
  std::string_view origin;  // "https://host:port"
  std::string_view path;    // from the first '/', without query and fragment
  std::string_view query;   // with its '?'
};

Result<Parts> parts_of(std::string_view url) {
  const bool known = starts_with_ignoring_case(url, "http://") || starts_with_ignoring_case(url, "https://");
  if (!known) return make_error(ErrorCode::invalid_argument, fmt::format("expected an http or https address, got '{}'", url));
  const std::size_t authority = url.find("//") + 2;
  const std::size_t path = std::min(url.find_first_of("/?#", authority), url.size());
  const std::size_t query = std::min(url.find_first_of("?#", path), url.size());
  const std::size_t fragment = std::min(url.find('#', path), url.size());
  if (path == authority) return make_error(ErrorCode::invalid_argument, fmt::format("the address '{}' has no host", url));
  return Parts{url.substr(0, path), url.substr(path, query - path), url.substr(query, fragment - query)};
}

// RFC 3986, 5.2.4.
std::string without_dots(std::string_view path) {
  std::vector<std::string> kept;
  const std::vector<std::string> segments = split(path.substr(path.starts_with('/') ? 1 : 0), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_last = i + 1 == segments.size();
    const bool is_dots = segments[i] == "." || segments[i] == "..";
    if (segments[i] == ".." && !kept.empty()) kept.pop_back();
    if (!is_dots) kept.push_back(segments[i]);
    if (is_dots && is_last) kept.emplace_back();
  }
  return "/" + join(kept, "/");
}

// "name:" at the start, as in RFC 3986: before any slash.
bool has_scheme(std::string_view reference) {
  const std::size_t colon = reference.find(':');
  return colon != std::string_view::npos && colon < reference.find_first_of("/?#");
}

}  // namespace

std::optional<Millis> parse_retry_after(std::string_view text, Instant now) {
  const std::string_view trimmed = trim(text);
  Millis after{0};
  if (const auto seconds = parse_integer(trimmed))
    after = Millis{std::min(*seconds, seconds_max) * 1000};
  else if (const auto date = parse_http_date(trimmed))
    after = *date - now;
  else
    return std::nullopt;
  return std::clamp(after, Millis{0}, Millis{seconds_max * 1000});
}

Result<std::string> resolve_url(std::string_view base, std::string_view reference) {
  const std::string_view trimmed = trim(reference);
  if (trimmed.size() > url_bytes_max) return make_error(ErrorCode::invalid_argument, "the address is longer than 8 KiB");
  if (has_scheme(trimmed)) {
    TRY(parts_of(trimmed));
    return std::string(trimmed);
  }
  const Parts from = TRY(parts_of(base));
  if (trimmed.starts_with("//")) return std::string(from.origin.substr(0, from.origin.find(':') + 1)) + std::string(trimmed);
  const std::string_view plain = trimmed.substr(0, trimmed.find('#'));
  const std::size_t query_at = std::min(plain.find('?'), plain.size());
  const std::string_view path = plain.substr(0, query_at);
  std::string_view query = plain.substr(query_at);
  std::string merged;
  if (path.empty()) {
    merged = std::string(from.path.empty() ? "/" : from.path);
    if (query.empty()) query = from.query;
  } else if (path.starts_with('/')) {
    merged = without_dots(path);
  } else {
    const std::size_t slash = from.path.rfind('/');
    const std::string folder = slash == std::string_view::npos ? "/" : std::string(from.path.substr(0, slash + 1));
    merged = without_dots(folder + std::string(path));
  }
  return std::string(from.origin) + merged + std::string(query);
}

Result<Operation> discover(const HttpAnswer& answer, std::string_view asked, Instant now) {
  if (answer.status != 202 && answer.status != 201)
    return make_error(ErrorCode::invalid_argument, fmt::format("expected 202 Accepted with an operation, got {}", answer.status));
  // Where both are there, Location names the thing that is being made and Operation-Location the making.
  const std::string& reference = answer.operation_location.empty() ? answer.location : answer.operation_location;
  if (trim(reference).empty())
    return make_error(ErrorCode::invalid_argument, fmt::format("the answer {} has neither Operation-Location nor Location", answer.status),
                      "capture the id from the body and name the status address in the wait");
  Operation operation{.status_url = TRY(resolve_url(asked, reference))};
  if (const auto after = parse_retry_after(answer.retry_after, now)) operation.retry_after = *after;
  return operation;
}

}  // namespace tamarack::flow
