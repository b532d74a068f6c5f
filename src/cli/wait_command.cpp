#include "cli/wait_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/local_wait.h"
#include "cli/outputs.h"
#include "cli/remote_wait.h"
#include "cli/run_captures.h"
#include "cli/wait_display.h"
#include "wire/wait_wish.h"

namespace tamarack::cli {
namespace {

bool is_of_server(const WaitOptions& options) {
  return !options.server.url.empty() || options.flags.source == "job" || options.flags.source == "signal";
}

Result<std::string> wish_of(const WaitOptions& options) {
  if (options.flags.source.empty() == options.spec.empty())
    return make_error(ErrorCode::invalid_argument,
                      options.spec.empty() ? "what is to be waited for is not said" : "--spec says everything there is to wait for",
                      "name what to look at, such as `tamarack wait http URL`, or --spec FILE; `tamarack wait --help` lists all");
  if (options.spec.empty()) {
    WaitFlags flags = options.flags;
    flags.has_captures = !options.run.empty();
    return wish_of(flags);
  }
  return io::read_file(options.spec == "-" ? "/dev/stdin" : options.spec, wire::wait_wish_bytes_max + 1);
}

// With a server, the run is one of its own.
Result<RunCaptures> earlier_run(const WaitOptions& options) {
  if (!is_of_server(options)) return captures_of_run(options.project, options.run, options.test);
  const client::ServerAddress server = TRY(server_address(options.server));
  return captures_of_server_run(server, options.run, options.test);
}

Result<std::vector<flow::Captured>> captures_for(const std::string& wish, const WaitOptions& options) {
  if (options.run.empty()) return std::vector<flow::Captured>{};
  RunCaptures found = TRY(earlier_run(options));
  const std::vector<std::string> places = wire::places_of_wish(wish);
  for (const std::string& name : found.unclear)
    if (std::find(places.begin(), places.end(), name) != places.end())
      return make_error(ErrorCode::invalid_argument, fmt::format("'{}' was captured by several tests or waits with different values", name),
                        "choose one of them with --test, a part of its name");
  return std::move(found.captures);
}

// Names without a value are the server's to complain of, so it has to know which ones there are; what nobody needs may be long.
std::vector<flow::Captured> needed(const std::string& wish, std::vector<flow::Captured> captures) {
  const std::vector<std::string> places = wire::places_of_wish(wish);
  for (flow::Captured& capture : captures)
    if (std::find(places.begin(), places.end(), capture.name) == places.end()) capture.json = "null";
  return captures;
}

Result<WaitReport> wait_for(const WaitOptions& options, const Clock& clock) {
  const std::string wish = TRY(wish_of(options));
  const std::vector<flow::Captured> captures = TRY(captures_for(wish, options));
  // Also where a server reads it again: the same words, and at once.
  const std::string base = options.base_url.empty() && is_of_server(options) ? "http://app" : options.base_url;
  flow::WaitSpec spec = TRY(wire::read_wait_wish(wish, captures, base));
  if (is_of_server(options)) {
    const std::string sent = captures.empty() ? wish : TRY(wire::wish_with_captures(wish, needed(wish, captures)));
    return wait_on_server(TRY(server_address(options.server)), {.json = sent, .base_url = options.base_url});
  }
  for (const flow::Condition& condition : spec.conditions)
    if (condition.source != flow::SourceKind::outside)
      return make_error(ErrorCode::invalid_argument, fmt::format("a {} is known only to a server", to_string(condition.source)),
                        "pass --server URL");
  return wait_here(std::move(spec), clock, options.server.ca_file);
}

}  // namespace

int wait_command(const WaitOptions& options, const Clock& clock) {
  const auto report = wait_for(options, clock);
  if (report) return tell_outcome(*report, options.json);
  return complain(report.error());
}

}  // namespace tamarack::cli
