#include "adapter/events_discovery.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <map>
#include <optional>

#include "adapter/event_line.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::size_t tail_bytes_max = 2048;
constexpr std::size_t errors_shown_max = 5;
constexpr std::size_t discovery_tests_max = 1'000'000;

std::string_view signal_name(std::int64_t number) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 9> names{{{1, "SIGHUP"},
                                                                            {2, "SIGINT"},
                                                                            {4, "SIGILL"},
                                                                            {6, "SIGABRT"},
                                                                            {7, "SIGBUS"},
                                                                            {8, "SIGFPE"},
                                                                            {9, "SIGKILL"},
                                                                            {11, "SIGSEGV"},
                                                                            {15, "SIGTERM"}}};
  for (const auto& [candidate, name] : names)
    if (candidate == number) return name;
  return {};
}

// What the event file says, without judging it.
struct Listing {
  domain::Discovery discovery;
  std::optional<SuiteLine> suite;
  std::vector<domain::TestError> errors;
  std::optional<EndLine> end;
};

Result<Listing> read_listing(std::string_view events) {
  Listing listing;
  std::size_t number = 0;
  for (std::size_t from = 0; from < events.size();) {
    const std::size_t to = events.find('\n', from);
    if (to == std::string_view::npos) break;  // half a line: the process died while writing it, and the missing end says so
    const std::string_view text = events.substr(from, to - from);
    from = to + 1;
    ++number;
    if (trim(text).empty()) continue;
    Result<EventLine> line = parse_event_line(text);
    if (!line) return std::move(line).error().in(fmt::format("line {} of the event file", number));
    if (auto* suite = std::get_if<SuiteLine>(&*line)) listing.suite = std::move(*suite);
    if (auto* test = std::get_if<TestLine>(&*line)) listing.discovery.tests.push_back(std::move(test->test));
    if (auto* error = std::get_if<ErrorLine>(&*line)) listing.errors.push_back(std::move(error->error));
    if (auto* end = std::get_if<EndLine>(&*line)) listing.end = std::move(*end);
    if (listing.discovery.tests.size() > discovery_tests_max)
      return make_error(ErrorCode::limit_exceeded, fmt::format("more than {} tests were listed", discovery_tests_max));
  }
  return listing;
}

std::string relative_to(std::string_view root, std::string_view file) {
  if (!root.empty() && file.size() > root.size() && file.starts_with(root) && file[root.size()] == '/') file.remove_prefix(root.size() + 1);
  return std::string(file);
}

struct Place {
  std::string file;
  std::int64_t line = 0;
};

// One line of a stack that ends in a place: "/app/b.js:1" (Node, the first line of a syntax error), `File "/app/b.py", line 1`
// (Python) or "tests/b.py:1: in <module>" (pytest).
std::optional<Place> place_in(std::string_view line) {
  line = trim(line);
  if (line.starts_with("E ")) line = trim(line.substr(2));
  if (line.starts_with("File \"")) {
    const std::size_t close = line.find("\", line ", 6);
    if (close == std::string_view::npos) return std::nullopt;
    std::string_view number = line.substr(close + 8);
    number = number.substr(0, number.find_first_not_of("0123456789"));
    return Place{std::string(line.substr(6, close - 6)), parse_integer(number).value_or(0)};
  }
  if (line.starts_with("file://")) line.remove_prefix(7);
  const std::size_t python = line.find(".py:");
  const std::size_t colon = python == std::string_view::npos ? line.rfind(':') : python + 3;
  if (colon == std::string_view::npos || line.find(' ') < colon || line.find("://") != std::string_view::npos) return std::nullopt;
  std::string_view number = line.substr(colon + 1);
  if (python != std::string_view::npos) number = number.substr(0, number.find(':'));
  const std::optional<std::int64_t> value = parse_integer(number);
  if (!value) return std::nullopt;
  return Place{std::string(line.substr(0, colon)), *value};
}

// The innermost place in the suite's own files; a syntax error has no frame there, only such a line.
Place place_of(const SuiteSettings& suite, const domain::TestError& error) {
  if (!error.file.empty()) return {relative_to(suite.root, error.file), error.line};
  Place innermost;
  for (const std::string& line : split_lines(error.stack)) {
    std::optional<Place> place = place_in(line);
    if (!place || place->line == 0) continue;
    place->file = relative_to(suite.root, place->file);
    if (!place->file.starts_with('/') && place->file.find("node_modules/") == std::string::npos) innermost = std::move(*place);
  }
  return innermost;
}

std::string describe_error(const SuiteSettings& suite, const domain::TestError& error) {
  Place place = place_of(suite, error);
  if (place.line > 0) place.file += fmt::format(":{}", place.line);
  if (place.line > 0 && error.column > 0) place.file += fmt::format(":{}", error.column);
  const std::string clean = strip_ansi(error.message);
  std::string_view message = trim(clean);
  if (message.starts_with("E  ")) message = trim(message.substr(1));  // pytest's margin
  return place.file.empty() ? std::string(message) : fmt::format("{}: {}", place.file, message);
}

Error load_failure(std::string_view framework, const SuiteSettings& suite, const std::vector<domain::TestError>& errors) {
  std::string message = fmt::format("{} could not load the tests: ", framework);
  for (std::size_t i = 0; i < errors.size() && i < errors_shown_max; ++i) {
    if (i > 0) message += "\n";
    message += describe_error(suite, errors[i]);
  }
  if (errors.size() > errors_shown_max)
    message += fmt::format("\nand {}", count_of(static_cast<std::int64_t>(errors.size() - errors_shown_max), "more error"));
  return make_error(ErrorCode::invalid_config, std::move(message), "the same happens without tamarack; fix the file, then run again");
}

std::string spec_place(const domain::TestCase& test) {
  return test.line > 0 ? fmt::format("{}:{}", test.identity.spec, test.line) : test.identity.spec;
}

}  // namespace

std::string describe_end(const ProcessOutput& output) {
  if (output.signal == 0) return fmt::format("exit code {}", output.exit_code);
  const std::string_view name = signal_name(output.signal);
  return name.empty() ? fmt::format("signal {}", output.signal) : fmt::format("signal {} ({})", output.signal, name);
}

std::string output_tail(const ProcessOutput& output) {
  const std::string error_text = to_valid_utf8(strip_ansi(output.errput));
  const std::string plain_text = to_valid_utf8(strip_ansi(output.output));
  const bool silent = trim(error_text).empty();
  std::string block;
  for (const std::string& line : split_lines(tail_of(trim(silent ? plain_text : error_text), tail_bytes_max))) block += "\n  | " + line;
  if (block.empty()) return {};
  return fmt::format("; the end of its {}:{}", silent ? "output" : "error output", block);
}

std::optional<ListingFacts> listing_facts(std::string_view events) {
  const std::size_t at = events.rfind("{\"type\":\"loaded\"");
  if (at == std::string_view::npos || (at > 0 && events[at - 1] != '\n')) return std::nullopt;
  const std::string_view line = events.substr(at, events.find('\n', at) - at);
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse(line, failed);
  const boost::json::object* object = failed ? nullptr : value.if_object();
  if (!object) return std::nullopt;
  ListingFacts facts;
  for (const auto& [name, list] : {std::pair("files", &facts.files), std::pair("folders", &facts.folders)}) {
    const boost::json::value* found = object->if_contains(name);
    const boost::json::array* paths = found ? found->if_array() : nullptr;
    if (!paths) return std::nullopt;
    for (const boost::json::value& path : *paths)
      if (const boost::json::string* text = path.if_string()) list->emplace_back(*text);
  }
  const boost::json::value* server = object->if_contains("starts_server");
  facts.starts_server = server && server->is_bool() && server->get_bool();
  return facts;
}

Result<void> check_discovery(std::string_view framework, const domain::Discovery& discovery, std::string_view no_tests_hint) {
  if (discovery.tests.empty())
    return make_error(ErrorCode::invalid_config, fmt::format("{} found no tests", framework), std::string(no_tests_hint));
  std::map<std::string_view, const domain::TestCase*> by_id;
  for (const domain::TestCase& test : discovery.tests) {
    const auto [known, is_new] = by_id.emplace(test.id.value, &test);
    if (is_new) continue;
    const domain::TestCase& first = *known->second;
    return make_error(ErrorCode::invalid_config,
                      fmt::format("two tests have the same identity '{}': one at {}, one at {}", domain::display_name(test.identity),
                                  spec_place(first), spec_place(test)),
                      "give one of them another title; results and history are kept by this name");
  }
  return {};
}

Result<domain::Discovery> read_events_discovery(std::string_view framework, const SuiteSettings& suite, const ProcessOutput& output,
                                                std::string_view no_tests_hint) {
  Result<Listing> read = read_listing(output.events);
  if (!read) return std::move(read).error().in(fmt::format("failed to list the tests of {}", framework));
  Listing& listing = *read;
  // That nothing was found is only the consequence of what could not be loaded.
  if (listing.errors.size() > 1)
    std::erase_if(listing.errors, [](const domain::TestError& error) { return error.message == "Error: No tests found"; });
  if (!listing.errors.empty()) return load_failure(framework, suite, listing.errors);
  if (!listing.end)
    return make_error(ErrorCode::invalid_config, fmt::format("discovery crashed: {} ended with {} before it had listed all tests{}",
                                                             framework, describe_end(output), output_tail(output)));
  if (listing.end->status != "passed" && !listing.end->status.empty() && !listing.discovery.tests.empty())
    return make_error(ErrorCode::invalid_config, fmt::format("{} listed {} but reports '{}' ({}){}", framework,
                                                             count_of(static_cast<std::int64_t>(listing.discovery.tests.size()), "test"),
                                                             listing.end->status, describe_end(output), output_tail(output)));
  const std::int64_t announced = listing.suite ? listing.suite->tests : 0;
  const auto listed = static_cast<std::int64_t>(listing.discovery.tests.size());
  if (announced > 0 && announced != listed)
    return make_error(ErrorCode::corrupt, fmt::format("{} announced {} but listed {}", framework, count_of(announced, "test"), listed),
                      "another reporter or plug-in may be writing to the event file");
  TRY_VOID(check_discovery(framework, listing.discovery, no_tests_hint));
  listing.discovery.framework = framework;
  if (listing.suite) listing.discovery.framework_version = listing.suite->framework_version;
  // The list itself is complete; what else went wrong (a coverage threshold, a failing plug-in) is worth a line, not a refusal.
  if (output.exit_code != 0 || output.signal != 0)
    listing.discovery.warnings.push_back(fmt::format("{} listed all tests but ended with {}", framework, describe_end(output)));
  return std::move(listing.discovery);
}

}  // namespace tamarack::adapter
