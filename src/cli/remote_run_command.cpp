#include "cli/remote_run_command.h"

#include <fmt/format.h>

#include "adapter/event_run.h"
#include "artifact/workspace/scan.h"
#include "base/text.h"
#include "cli/discover.h"
#include "cli/flow_rules.h"
#include "cli/planning.h"
#include "cli/remote_run.h"
#include "cli/run_captures.h"
#include "cli/server_calls.h"
#include "cli/workspace_listing.h"
#include "domain/ci_identity.h"
#include "io/crypto.h"
#include "io/machine.h"
#include "io/process_tree.h"
#include "notify/github_event.h"
#include "wire/api.h"
#include "wire/history.h"
#include "wire/manifest.h"

namespace tamarack::cli {
namespace {

constexpr Millis server_patience{60'000};

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (const std::string& line : io::environment_lines())
    if (const std::size_t equals = line.find('='); equals != std::string::npos) variables[line.substr(0, equals)] = line.substr(equals + 1);
  return variables;
}

domain::CiRun read_ci_run(const std::string& suite_name) {
  domain::CiRun ci = domain::read_ci(environment(), suite_name);
  // Where GitHub keeps the head of a pull request. A file that cannot be read leaves what the variables say.
  if (!ci.event_file.empty())
    if (const auto event = io::read_file(ci.event_file, notify::github_event_bytes_max)) notify::add_github_event(*event, ci);
  return ci;
}

// From the words on the command line to a run that the server has: each step leads to the next, on the loop.
//
//   discover ──▶ (earlier run, for rerun or --continue) ──▶ history ──▶ agents ──▶ scan ──▶ send ──▶ ask ──▶ follow
class Asking {
 public:
  Asking(io::Loop& loop, const Clock& clock, const RunOptions& options, client::ServerAddress address)
      : loop_(loop), clock_(clock), options_(options), began_(clock.now()), api_(loop, std::move(address)), random_(io::random_seed()) {}

  Result<> prepare() {
    project_ = TRY(open_project(options_.project));
    TRY_VOID(check_waits_of_server(project_.config));
    store_ = TRY(open_store(project_.state_dir));
    adapter_ = TRY(adapter::make_adapter(project_.config.suite.framework));
    suite_ = TRY(suite_settings(project_));
    shims_dir_ = TRY(unpack_shims(project_.state_dir));
    effective_ = TRY(effective_settings(options_, project_.config.run, random_));
    labels_ = TRY(parse_labels(options_.agent_labels, "--agent-label"));
    run_ = new_run_id(began_, random_);
    ci_ = read_ci_run(options_.suite_name);
    git_ = git_facts(project_.config.root);
    if (!ci_.branch.empty()) git_.branch = ci_.branch;
    if (!ci_.commit.empty()) git_.commit = ci_.commit;
    TRY_VOID(io::make_directories(project_.run_dir(run_)));
    display_ = std::make_unique<LiveDisplay>(loop_, clock_, screen_, began_);
    signals_ = std::make_unique<io::SignalWatch>(loop_, [this](int) { interrupted(); });
    return {};
  }

  void start() { check_rights(); }

  int exit_code() const { return remote_ ? remote_->exit_code() : exit_code_; }
  void clean_up() const {
    if (has_run_) return;
    if (const auto removed = io::remove_tree(project_.run_dir(run_)); !removed)
      std::fprintf(stderr, "warning: %s\n", removed.error().message.c_str());
  }

 private:
  // Before any work is done for nothing.
  void check_rights() {
    client::ApiCall call{.path = "/api/v1/session", .patience = server_patience};
    call.on_retry = [this](const Error& error) {
      display_->say(fmt::format("{}; trying for {}", error.message, human_duration(server_patience)));
    };
    api_.call(std::move(call), [this](const Result<std::string>& body) {
      if (!body) return give_up(body.error());
      const auto session = wire::decode<wire::SessionFacts>(*body);
      if (!session) return give_up(session.error());
      const std::string& project = project_.config.project;
      if (session->project != domain::all_projects && session->project != project)
        return give_up(make_error(
            ErrorCode::invalid_argument, fmt::format("the token is for project '{}', this is project '{}'", session->project, project),
            "'project' in tamarack.toml names it; a token for it: tamarack token create --project " + shell_quote(project)));
      if (session->role == "viewer")
        return give_up(make_error(ErrorCode::invalid_argument, "the token's rights do not suffice: a viewer cannot start runs",
                                  "make one with --role runner: `tamarack token create`"));
      options_.dry_run ? scan() : list_tests();
    });
  }

  void list_tests() {
    display_->say("listing tests");
    suite_.listing = project_.run_dir(run_) + "/listing.json";
    const DiscoveryRequest request{.suite = suite_,
                                   .work_dir = project_.run_dir(run_) + "/discovery",
                                   .shims_dir = shims_dir_,
                                   .timeout = project_.config.suite.discover_timeout.value_or(Millis{120'000}),
                                   .use_cache = options_.use_cache};
    discover(loop_, *adapter_, *store_, request, [this](Result<Discovered> discovered) {
      if (!discovered) return give_up(discovered.error(), 2);
      discovered_ = std::move(*discovered);
      fetch_earlier();
    });
  }

  void fetch_history() {
    api_.call({.path = "/api/v1/projects/" + io::url_segment(project_.config.project) + "/history", .patience = server_patience},
              [this](const Result<std::string>& body) {
                if (!body) return give_up(body.error());
                auto history = wire::decode_history(*body);
                if (!history) return give_up(history.error());
                history_ = std::move(*history);
                fetch_agents();
              });
  }

  // What the earlier run was, before anything is planned.
  void fetch_earlier() {
    if (!options_.continued.empty()) return fetch_given();
    if (!options_.rerun) return fetch_history();
    if (options_.rerun->run.empty())
      return give_up(make_error(ErrorCode::invalid_argument, "which run of the server is meant?", "tamarack rerun RUN --server …"));
    fetch_journal(options_.rerun->run, [this](const std::vector<run::Entry>& journal) {
      auto folded = folded_run(journal, options_.rerun->run);
      if (!folded) return give_up(folded.error());
      earlier_ = std::move(*folded);
      fetch_history();
    });
  }

  // What the run that this one continues has captured.
  void fetch_given() {
    const std::string& run = options_.continued;
    // The newest one of a server may be anybody's.
    if (const auto named = check_names_server_run(run); !named) return give_up(named.error());
    fetch_journal(run, [this, run](const std::vector<run::Entry>& journal) {
      const auto captures = captures_of_ended(journal, run, {});
      if (!captures) return give_up(captures.error());
      for (const std::string& warning : warnings_of(*captures, run)) display_->say("warning: " + warning);
      given_ = given_by(*captures);
      fetch_history();
    });
  }

  void fetch_journal(const std::string& run, std::function<void(const std::vector<run::Entry>&)> done) {
    api_.call({.path = "/api/v1/runs/" + io::url_segment(run) + "/journal", .patience = server_patience},
              [this, run, done = std::move(done)](const Result<std::string>& lines) {
                if (!lines) return give_up(Error(lines.error()).in(fmt::format("the journal of run '{}' cannot be read", run)));
                const auto journal = read_journal_lines(*lines);
                if (!journal) return give_up(journal.error());
                done(*journal);
              });
  }

  // A plan wants to know how many workers there will be; those who come later are welcome as well.
  void fetch_agents() {
    if (options_.workers) return make_plan(1);
    api_.call({.path = "/api/v1/agents", .patience = server_patience}, [this](const Result<std::string>& body) {
      if (!body) return give_up(body.error());
      const auto agents = wire::decode<wire::AgentList>(*body);
      if (!agents) return give_up(agents.error());
      const Crew crew = crew_of(*agents, labels_);
      if (crew.workers == 0)
        display_->say(labels_.empty() ? "no agent is there yet; the run waits for one (`tamarack agent` on a machine)"
                                      : "no agent with these labels is there yet; the run waits for one");
      effective_.workers = std::max<std::int64_t>(crew.workers, 1);
      make_plan(std::max<std::int64_t>(crew.workers_most, 1));
    });
  }

  void make_plan(std::int64_t workers_per_agent) {
    if (const auto possible = check_server(discovered_, project_.config, workers_per_agent); !possible) return give_up(possible.error(), 2);
    if (const auto possible = check_workers(project_.config, workers_per_agent); !possible) return give_up(possible.error(), 2);
    if (const auto few = check_quarantine(project_.config, discovered_.discovery.tests); !few) return give_up(few.error(), 2);
    plan::PlanOptions how = plan_options(options_, project_, adapter_->capabilities(suite_), effective_);
    if (options_.rerun) narrow_to(how.filter, earlier_, discovered_.discovery);
    const auto plan = plan::make_plan(discovered_.discovery, history_, how);
    if (!plan) return give_up(plan.error(), 2);
    plan_ = *plan;
    plan_.given = given_;
    for (const std::string& warning : warnings_of(discovered_, project_.config, plan_)) display_->say("warning: " + warning);
    effective_.run.quarantined = quarantined_tests(project_.config, plan_);
    scan();
  }

  void scan() {
    display_->say("looking at the workspace");
    const config::Workspace& workspace = project_.config.workspace;
    artifact::ScanOptions options{.root = project_.config.root,
                                  .include = workspace.include,
                                  .exclude = workspace.exclude,
                                  .bytes_max = workspace.bytes_max,
                                  .cache_file = project_.state_dir + "/workspace.hashes"};
    const std::string state = io::relative_to(project_.config.root, project_.state_dir);
    if (state != project_.state_dir) options.exclude.push_back(state);
    artifact::scan_workspace(loop_, std::move(options), [this](Result<artifact::Scanned> scanned) {
      if (!scanned) return give_up(scanned.error());
      for (const std::string& warning : scanned->warnings) display_->say("warning: " + warning);
      if (options_.dry_run) return list_workspace(std::move(*scanned));
      send(*scanned);
    });
  }

  // --dry-run: what would travel, and how much of it the server has already. Nothing is sent.
  void list_workspace(artifact::Scanned scanned) {
    auto shared = std::make_shared<artifact::Scanned>(std::move(scanned));
    std::vector<std::string> contents;
    for (const auto& [sha256, entry] : domain::contents_of(shared->manifest)) contents.push_back(sha256);
    blobs_ = std::make_unique<client::BlobClient>(api_, client::BlobClient::Settings{.project = project_.config.project});
    blobs_->missing(std::move(contents), [this, shared](const Result<std::vector<wire::MissingBlob>>& missing) {
      if (!missing) return give_up(missing.error());
      display_->close();
      const WorkspaceListing listing = workspace_listing(shared->manifest, *missing);
      std::fputs((options_.json ? to_json(listing) + "\n" : to_text(listing, api_.address().url)).c_str(), stdout);
      exit_code_ = 0;
      loop_.stop();
    });
  }

  void send(const artifact::Scanned& scanned) {
    const std::string manifest = wire::encode_manifest(scanned.manifest);
    const std::string manifest_file = project_.run_dir(run_) + "/workspace.json";
    const std::string listing = adapter::listing_json(discovered_.discovery);
    for (const auto& [path, text] : {std::pair{manifest_file, &manifest}, std::pair{suite_.listing, &listing}})
      if (const auto written = io::write_file(path, *text); !written) return give_up(written.error());
    manifest_id_ = io::sha256_text(manifest);
    listing_id_ = io::sha256_text(listing);
    std::vector<client::BlobClient::File> files{{manifest_id_, manifest_file}, {listing_id_, suite_.listing}};
    for (const auto& [sha256, entry] : domain::contents_of(scanned.manifest))
      files.push_back({sha256, project_.config.root + "/" + entry->path});
    display_->say(fmt::format("sending what the server lacks of {} ({})", count_of(std::ssize(files), "file"),
                              human_bytes(static_cast<std::uint64_t>(domain::total_bytes(scanned.manifest)))));
    blobs_ = std::make_unique<client::BlobClient>(api_, client::BlobClient::Settings{.project = project_.config.project});
    blobs_->send_missing(std::move(files), [this](const Result<std::int64_t>& sent) {
      if (!sent) return give_up(Error(sent.error()).in("the workspace cannot be sent"));
      if (*sent > 0) display_->say(fmt::format("sent {}", count_of(*sent, "file")));
      ask();
    });
  }

  void ask() {
    const config::Workspace& workspace = project_.config.workspace;
    wire::RunRequest request{.run_id = run_,
                             .project = project_.config.project,
                             .identity = ci_.identity,
                             .branch = git_.branch,
                             .commit = git_.commit,
                             .command = options_.command,
                             .plan = plan_,
                             .options = effective_.run,
                             .workspace = manifest_id_,
                             .listing = listing_id_,
                             .config = io::relative_to(project_.config.root, project_.config.path),
                             .setup = workspace.setup,
                             .setup_inputs = workspace.setup_inputs,
                             .workers_max = options_.workers.value_or(0),
                             .requires_labels = labels_,
                             .carry_from = options_.rerun && options_.rerun->only_failed ? earlier_.id : domain::RunId{},
                             .afresh = options_.afresh || options_.rerun,
                             .ci_url = ci_.url,
                             .ci_attempt = ci_.attempt,
                             .pull_request = ci_.pull_request,
                             .suite_dir = suite_dir_in_repository(project_)};
    api_.call({.method = "POST", .path = "/api/v1/runs", .body = encode(request), .patience = server_patience},
              [this](const Result<std::string>& body) {
                if (!body) return give_up(body.error());
                const auto started = wire::decode<wire::RunStarted>(*body);
                if (!started) return give_up(started.error());
                follow(*started);
              });
  }

  void follow(const wire::RunStarted& started) {
    const std::string url = api_.address().url + started.url;
    const bool is_own = started.run_id == run_;
    has_run_ = is_own && !options_.detach;
    switch (started.state) {
      case wire::Started::started:
      case wire::Started::same:
        display_->say("run " + run_.value + " at " + url);
        break;
      case wire::Started::continued:
        display_->say("run " + run_.value + " at " + url + ": what was good in the run before stands, the rest runs again");
        break;
      case wire::Started::joined:
        display_->say("this CI job's run goes on as " + started.run_id.value + " at " + url);
        break;
      case wire::Started::repeated:
        display_->say("nothing is left to do: the verdict of " + started.run_id.value + " stands (" + url + ")");
        break;
    }
    if (options_.detach) {
      display_->close();
      std::printf("%s\n", options_.json ? encode(started).c_str() : started.run_id.value.c_str());
      exit_code_ = started.state == wire::Started::repeated ? static_cast<int>(started.exit_code) : 0;
      return loop_.stop();
    }
    remote_ = std::make_unique<RemoteRun>(
        loop_, clock_, api_, *display_,
        RemoteRunView{.run = started.run_id,
                      .project = project_.config.project,
                      .files = {.run_dir = project_.run_dir(started.run_id), .artifacts = project_.state_dir + "/artifacts"},
                      .began = began_,
                      .whole_time = is_own,
                      .command = options_.command,
                      .branch = git_.branch,
                      .commit = git_.commit,
                      .place = {.screen = screen_,
                                .json = options_.json,
                                .copies = project_.config.report,
                                .root = project_.config.root,
                                .suite_dir = project_.config.suite.dir,
                                .annotates = is_own}});
    remote_->follow();
  }

  void interrupted() {
    if (remote_) return remote_->interrupted();
    give_up(make_error(ErrorCode::cancelled, "interrupted before the run was started; nothing ran"));
  }

  void give_up(const Error& error) { give_up(error, exit_code_of(error.code)); }
  void give_up(const Error& error, int exit_code) {
    display_->close();
    complain(error);
    exit_code_ = exit_code;
    loop_.stop();
  }

  io::Loop& loop_;
  const Clock& clock_;
  const RunOptions& options_;
  Instant began_;
  client::ApiClient api_;
  Random random_;
  // What is printed with --detach or --dry-run is the result itself: the way to it is told beside it.
  Screen screen_ = choose_screen(options_.json || options_.detach || options_.dry_run);
  Project project_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<adapter::Adapter> adapter_;
  adapter::SuiteSettings suite_;
  std::string shims_dir_;
  Effective effective_;
  std::map<std::string, std::string> labels_;
  domain::RunId run_;
  domain::CiRun ci_;
  GitFacts git_;
  std::unique_ptr<LiveDisplay> display_;
  std::unique_ptr<io::SignalWatch> signals_;
  Discovered discovered_;
  run::Run earlier_;                    // of a rerun
  std::vector<domain::Capture> given_;  // by the run that this one continues
  domain::History history_;
  domain::Plan plan_;
  std::string manifest_id_;
  std::string listing_id_;
  std::unique_ptr<client::BlobClient> blobs_;
  std::unique_ptr<RemoteRun> remote_;
  bool has_run_ = false;  // its folder here is worth keeping
  int exit_code_ = 4;
};

}  // namespace

int remote_run_command(const RunOptions& options, const Clock& clock) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  // Listing the tests runs somebody else's code.
  io::forget_environment("TAMARACK_TOKEN");
  io::become_subreaper();
  io::Loop loop;
  Asking asking(loop, clock, options, *address);
  if (const auto prepared = asking.prepare(); !prepared) return complain(prepared.error());
  asking.start();
  loop.run();
  asking.clean_up();
  return asking.exit_code();
}

}  // namespace tamarack::cli
