#include "cli/import_to_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "adapter/results/result_report.h"
#include "base/text.h"
#include "cli/outputs.h"
#include "cli/server_asks.h"
#include "io/http_message.h"

namespace tamarack::cli {
namespace {

// A server that is busy or starts again; the same bytes twice count once, so asking again does no harm.
constexpr Millis patience{30'000};
constexpr Millis silence{120'000};  // 100,000 tests are written in one commit

std::string path_of(const std::string& project, const ImportOptions& options) {
  std::string path = fmt::format("/api/v1/projects/{}/import", io::url_segment(project));
  char before = '?';
  for (const auto& [name, value] : {std::pair("branch", options.branch), std::pair("commit", options.commit), std::pair("at", options.at)})
    if (!value.empty()) path += fmt::format("{}{}={}", std::exchange(before, '&'), name, io::url_segment(value));
  return path;
}

class Sender {
 public:
  Sender(client::ServerAddress address, std::string path) : server_(std::move(address)), path_(std::move(path)) {}

  // After an error is_over() says whether the next file would fare no better.
  Result<> send_file(const std::string& file) {
    const auto within = [&](Error error) { return std::move(error).in(fmt::format("'{}' cannot be imported", file)); };
    const auto bytes = io::read_file(file, adapter::report_bytes_max);
    if (!bytes) return within(bytes.error());
    // The server would say the same; a body that is empty has no type either.
    if (trim(*bytes).empty()) return within(make_error(ErrorCode::invalid_argument, "the file is empty"));
    const auto answer = ask_server(server_, {.method = "POST",
                                             .path = path_,
                                             .fields = {{"Content-Type", "application/octet-stream"}},
                                             .body = *bytes,
                                             .patience = patience,
                                             .silence = silence});
    is_over_ = !answer || answer->status == 401 || answer->status == 403 || answer->status >= 500;
    const auto good = good_answer(answer);
    if (!good) return is_over_ ? good.error() : within(good.error());
    const auto imported = wire::decode<wire::ImportAnswer>(good->body);
    if (!imported) return within(imported.error());
    tell(file, *imported);
    return {};
  }

  bool is_over() const { return is_over_; }

 private:
  void tell(const std::string& file, const wire::ImportAnswer& imported) const {
    const wire::RunFacts& run = imported.run;
    const std::string page = fmt::format("{}/runs/{}", server_.url(), run.run_id.value);
    std::string text = imported.is_new ? fmt::format("{}: {}, started {} UTC, imported as {}", file, run.headline,
                                                     run.started_at.substr(0, 16).replace(10, 1, " "), page)
                                       : fmt::format("{}: imported before, as {}", file, page);
    if (imported.is_new && imported.not_known > 0)
      text +=
          fmt::format("\n  {} of {} not among the tests of earlier runs there", imported.not_known, count_of(imported.cases, "is", "are"));
    std::fputs((clean_lines(text) + "\n").c_str(), stdout);
  }

  ServerCalls server_;
  std::string path_;
  bool is_over_ = false;
};

Result<std::string> project_name(const ImportOptions& options) {
  if (!options.name.empty()) return options.name;
  auto project = open_project(options.project);
  if (project) return project->config.project;
  if (io::exists(io::absolute_path(options.project.config_path))) return project.error();
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("there is no '{}' here to say which project it is", options.project.config_path), "pass --project NAME");
}

}  // namespace

int import_to_server(const ImportOptions& options) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  const auto project = project_name(options);
  if (!project) return complain(project.error());
  Sender sender(*address, path_of(*project, options));
  int code = 0;
  for (std::size_t i = 0; i < options.files.size() && !sender.is_over(); ++i) {
    const auto sent = sender.send_file(options.files[i]);
    if (!sent) code = std::max(code, complain(sent.error()));
    if (!sent && sender.is_over())
      for (std::size_t rest = i; rest < options.files.size(); ++rest)
        std::fprintf(stderr, "not sent: %s\n", clean_lines(options.files[rest]).c_str());
  }
  return code;
}

}  // namespace tamarack::cli
