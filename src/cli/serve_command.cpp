#include "cli/serve_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "artifact/blobs/disk_blobs.h"
#include "base/text.h"
#include "cli/at_work.h"
#include "cli/data_folder.h"
#include "cli/import_command.h"
#include "cli/outputs.h"
#include "cli/project.h"
#include "cli/version.h"
#include "config/server_file.h"
#include "coordinator/authenticate.h"
#include "coordinator/server.h"
#include "dashboard.h"
#include "io/files.h"
#include "io/machine.h"
#include "io/net.h"
#include "notify/secret_source.h"
#include "probe/probes.h"
#include "report_page.h"

namespace tamarack::cli {
namespace {

constexpr Millis stop_grace{5'000};

int fail(const Error& error) {
  complain(error);
  return exit_code_of(error.code);
}

void warn(const std::string& text) {
  std::fprintf(stderr, "warning: %s\n", clean_lines(text).c_str());
}

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", clean_lines(text).c_str());
}

struct Address {
  std::string host;
  int port = 0;
  bool is_loopback() const { return host == "localhost" || host == "::1" || host.starts_with("127."); }
};

Result<Address> parse_address(const std::string& text) {
  const auto bad = [&](std::string_view why) {
    return make_error(ErrorCode::invalid_argument, fmt::format("--listen: {}, got '{}'", why, text), "for example --listen 127.0.0.1:8420");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad("expected HOST:PORT");
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = parse_integer(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65'535) return bad("expected a port from 0 to 65535");
  return Address{.host = host, .port = static_cast<int>(*port)};
}

Result<Address> checked(const ServeOptions& options) {
  const Address address = TRY(parse_address(options.listen));
  if (options.open && !address.is_loopback())
    return make_error(ErrorCode::invalid_argument, fmt::format("--open lets everybody in who reaches '{}'", address.host),
                      "listen on 127.0.0.1, or leave --open out and create tokens with `tamarack token create`");
  if (options.tls_cert.empty() != options.tls_key.empty())
    return make_error(ErrorCode::invalid_argument, "--tls-cert and --tls-key belong together", "pass both, as PEM files");
  return address;
}

void greet(const ServeOptions& options, const Address& address, int port, bool has_tokens) {
  const std::string host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  std::printf("%s\n", fmt::format("{}://{}:{}", options.tls_cert.empty() ? "http" : "https", host, port).c_str());
  std::fflush(stdout);
  if (options.open)
    std::fputs("open: everybody on this machine may read, start and stop everything here\n", stderr);
  else if (!has_tokens)
    std::fprintf(stderr, "closed: there is no token yet; `tamarack token create --data %s --project NAME --role runner` makes one\n",
                 options.data.c_str());
  if (options.tls_cert.empty() && !address.is_loopback())
    std::fputs("warning: tokens travel in the clear; pass --tls-cert and --tls-key, or put a TLS proxy in front\n", stderr);
}

}  // namespace

namespace {

// Several connections to one database: each belongs to one thread at a time.
struct Data {
  std::unique_ptr<io::FileLock> lock;
  DataFolder reads;
  DataFolder reports;
  DataFolder writes;
  DataFolder access;
  DataFolder flow;
  std::unique_ptr<artifact::BlobStore> blobs;
  std::string signing_key;
  bool has_tokens = false;
};

// A large run is written in seconds; whoever writes beside it, on a thread of its own, has the time.
constexpr Millis patience_beside_the_loop{120'000};

Result<Data> open_data(const std::string& folder) {
  Data data;
  data.reads = TRY(open_data_folder(folder, IfMissing::create));
  auto lock = io::FileLock::take(data.reads.path + "/server.lock", fmt::format("serve (process {})", io::process_id()));
  if (!lock)
    return make_error(ErrorCode::conflict, fmt::format("another server has '{}': {}", folder, lock.error().message),
                      "give each server a folder of its own with --data");
  data.lock = std::move(*lock);
  data.reports = TRY(open_data_folder(folder, IfMissing::create));
  data.writes = TRY(open_data_folder(folder, IfMissing::create, patience_beside_the_loop));
  data.access = TRY(open_data_folder(folder, IfMissing::create));
  data.flow = TRY(open_data_folder(folder, IfMissing::create, patience_beside_the_loop));
  data.blobs = TRY(artifact::open_disk_blobs(data.reads.path + "/blobs"));
  data.signing_key = TRY(coordinator::signing_key(data.access.store->access()));
  data.has_tokens = !TRY(data.access.store->access().list_tokens(std::nullopt)).empty();
  return data;
}

coordinator::RetentionRules rules_of(const config::RetentionSetting& setting) {
  using coordinator::RetentionRules;
  return {.runs_keep = setting.runs_keep_days * RetentionRules::day,
          .runs_keep_max = setting.runs_keep_max,
          .artifacts_max = static_cast<std::uint64_t>(setting.artifacts_max_gb) << 30};
}

struct Configured {
  std::optional<notify::NotifierSettings> notifier;  // whom to tell of runs; none: nobody
  config::RetentionSetting retention;
  config::WaitsSetting waits;
};

// Problems of the file come all at once; a secret that is not there yet is a warning: it is read again at every use.
Result<Configured> configured(const std::string& config) {
  if (config.empty()) return Configured{};
  const std::string path = io::absolute_path(config);
  auto text = io::read_file(path, config::file_bytes_max);
  if (!text) return Error(text.error()).in("--config");
  config::ServerFileRead read = config::read_server_file(*text, path);
  const std::string here = io::absolute_path(".");
  if (!read.warnings.empty()) std::fprintf(stderr, "warning: %s\n", clean_lines(config::describe(read.warnings, here)).c_str());
  if (!read.file) {
    std::string list = config::describe(read.problems, here);
    while (list.ends_with('\n')) list.pop_back();
    return make_error(ErrorCode::invalid_config, list);
  }
  notify::NotifierSettings settings{.file = *read.file, .secrets = notify::system_secrets(read.file->root), .retries = {}, .limits = {}};
  for (const std::string& problem : notify::secret_problems(settings.file, settings.secrets)) warn(problem);
  return Configured{.notifier = std::move(settings), .retention = read.file->retention, .waits = read.file->waits};
}

coordinator::ServerSettings settings_of(const ServeOptions& options, const Address& address, const Data& data) {
  return {.http = {.host = address.host, .port = address.port, .tls_cert = options.tls_cert, .tls_key = options.tls_key},
          .open = options.open,
          .report_template = std::string(embedded::report_html()),
          .dashboard = std::string(embedded::dashboard_html()),
          .assets = {{"/assets/dashboard.js", "text/javascript; charset=utf-8", std::string(embedded::dashboard_js())},
                     {"/assets/dashboard.css", "text/css; charset=utf-8", std::string(embedded::dashboard_css())}},
          .machine = io::host_name(),
          .version = version,
          .signing_key = data.signing_key,
          .run_at_work = [folder = data.reads.path](store::Store& store) { return run_at_work(folder, store); },
          .host = {.machine = io::host_name(), .version = version},
          .take_report = take_report,
          .notifier = {},
          .warn = warn,
          .cleaner = {},
          .flow = {.seed = io::random_seed()},
          .jobs_folder = data.reads.path + "/job-logs",
          .say = say};
}

}  // namespace

int serve_command(const ServeOptions& options, const Clock& clock) {
  io::raise_open_files_max();
  const auto address = checked(options);
  if (!address) return fail(address.error());
  auto configured_by_file = configured(options.config);
  if (!configured_by_file) return fail(configured_by_file.error());
  const auto data = open_data(options.data);
  if (!data) return fail(data.error());
  coordinator::ServerSettings settings = settings_of(options, *address, *data);
  settings.notifier = std::move(configured_by_file->notifier);
  settings.waits = {.local_sources = configured_by_file->waits.local_sources, .hosts = configured_by_file->waits.hosts};
  settings.cleaner.rules = rules_of(configured_by_file->retention);
  // After the data: what its threads still do may need it.
  io::Loop loop;
  probe::Probes probes(loop);
  auto server = coordinator::Server::listen(loop, clock,
                                            {.data = *data->reads.store,
                                             .reports = *data->reports.store,
                                             .journal = *data->writes.store,
                                             .access = data->access.store->access(),
                                             .blobs = *data->blobs,
                                             .flow = data->flow.store->flow(),
                                             .hooks = data->access.store->hooks(),
                                             .prober = probes},
                                            std::move(settings), [](const Error& error) { complain(error); });
  if (!server) return fail(server.error());
  greet(options, *address, (*server)->port(), data->has_tokens);
  int signals = 0;
  const io::SignalWatch watch(loop, [&](int) {
    if (++signals == 1)
      (*server)->stop(stop_grace, [&] { loop.stop(); });
    else
      loop.stop();
  });
  loop.run();
  return 0;
}

}  // namespace tamarack::cli
