#include "agent/remote_run.h"

#include <fmt/format.h>

#include "base/text.h"
#include "io/files.h"
#include "wire/manifest.h"

namespace tamarack::agent {
namespace {

constexpr Millis setup_max{15 * 60'000};
constexpr std::size_t setup_output_max = 4 << 20;
constexpr std::size_t log_tail_lines = 40;
constexpr Millis server_patience{120'000};
// Well below the life of a lease: whoever is back in time loses nothing.
constexpr Millis reconnect_pause_max{2'000};
constexpr Millis files_quiet_max_leaving{5'000};  // somebody waits, and the disk remembers them

}  // namespace

RemoteRun::RemoteRun(io::Loop& loop, const Clock& clock, client::ApiClient& api, Workspaces& workspaces, artifact::ContentStore& contents,
                     artifact::ArtifactStore& artifacts, RemoteRunSettings settings, std::function<void(std::optional<RunTrouble>)> done)
    : loop_(loop),
      clock_(clock),
      api_(api),
      workspaces_(workspaces),
      contents_(contents),
      artifacts_(artifacts),
      settings_(std::move(settings)),
      done_(std::move(done)) {}

RemoteRun::~RemoteRun() = default;

void RemoteRun::start() {
  fetch_spec();
}

void RemoteRun::end(std::optional<RunTrouble> trouble) {
  if (std::exchange(over_, true)) return;
  // On a later turn: whoever hears of it may destroy this.
  loop_.post([done = std::move(done_), trouble = std::move(trouble)] { done(trouble); });
}

void RemoteRun::fail(const Error& error, std::string log_tail) {
  end(RunTrouble{describe(error), std::move(log_tail)});
}

// ---- what is there to do

void RemoteRun::fetch_spec() {
  api_.call({.path = "/api/v1/runs/" + settings_.run.value + "/spec", .patience = server_patience},
            [this, alive = std::weak_ptr(alive_)](const Result<std::string>& body) {
              if (alive.expired() || is_stopped()) return;
              // Over before we came: nothing is wrong with this agent.
              if (!body && (body.error().code == ErrorCode::conflict || body.error().code == ErrorCode::not_found))
                return end(std::nullopt);
              if (!body) return fail(body.error());
              auto spec = wire::decode<wire::RunSpec>(*body);
              if (!spec) return fail(spec.error());
              spec_ = std::move(*spec);
              blobs_ = std::make_unique<client::BlobClient>(api_, client::BlobClient::Settings{.project = spec_.project});
              fetch_manifest();
            });
}

void RemoteRun::fetch_manifest() {
  const std::string path = contents_.incoming_path();
  blobs_->download(spec_.workspace, path, [this, path, alive = std::weak_ptr(alive_)](const Result<>& got) {
    if (alive.expired() || is_stopped()) return;
    if (!got) return fail(Error(got.error()).in("the workspace's manifest cannot be fetched"));
    struct Read {
      Result<> verified;
      Result<domain::Manifest> manifest = domain::Manifest{};
      std::vector<artifact::ContentStore::Missing> missing;
    };
    auto read = std::make_shared<Read>();
    loop_.background(
        [&contents = contents_, path, sha256 = spec_.workspace, read] {
          read->verified = contents.put(sha256, path);
          const auto text = read->verified ? io::read_file(*contents.locate(sha256), wire::manifest_bytes_max + 1) : read->verified.error();
          read->manifest = text ? wire::decode_manifest(*text) : text.error();
          if (read->manifest) read->missing = contents.missing(*read->manifest);
        },
        [this, read, alive] {
          if (alive.expired() || is_stopped()) return;
          if (!read->manifest) return fail(Error(read->manifest.error()).in("the workspace's manifest cannot be read"));
          manifest_ = std::move(*read->manifest);
          receive(read->missing);
        });
  });
}

// ---- its files

void RemoteRun::receive(const std::vector<artifact::ContentStore::Missing>& missing) {
  if (missing.empty()) return unpack();
  std::int64_t bytes = 0;
  for (const auto& one : missing) bytes += one.size;
  settings_.say(fmt::format("fetches {} of the workspace, {}", count_of(std::ssize(missing), "file"), human_bytes(bytes)));
  struct Receiving {
    std::size_t left = 0;
    std::optional<Error> first_error;
  };
  auto receiving = std::make_shared<Receiving>(Receiving{.left = missing.size()});
  for (const artifact::ContentStore::Missing& one : missing) {
    const std::string path = contents_.incoming_path();
    const auto arrived = [this, receiving, alive = std::weak_ptr(alive_)](const Result<>& stored) {
      if (!stored && !receiving->first_error) receiving->first_error = stored.error();
      if (--receiving->left > 0 || alive.expired() || is_stopped()) return;
      if (receiving->first_error) return fail(Error(*receiving->first_error).in("the workspace cannot be fetched"));
      unpack();
    };
    blobs_->download(one.sha256, path, [this, path, sha256 = one.sha256, arrived, alive = std::weak_ptr(alive_)](const Result<>& got) {
      if (!got) return arrived(got);
      if (alive.expired()) return;
      auto stored = std::make_shared<Result<>>();
      loop_.background([&contents = contents_, sha256, path, stored] { *stored = contents.put(sha256, path); },
                       [stored, arrived] { arrived(*stored); });
    });
  }
}

void RemoteRun::unpack() {
  auto workspace = std::make_shared<Result<std::unique_ptr<Workspace>>>(std::unique_ptr<Workspace>());
  const WorkspaceOrder order{.project = spec_.project, .setup = {.command = spec_.setup, .inputs = spec_.setup_inputs}, .go_on = nullptr};
  loop_.background(
      [&workspaces = workspaces_, manifest = manifest_, order, workspace] { *workspace = workspaces.prepare(manifest, order); },
      [this, workspace, alive = std::weak_ptr(alive_)] {
        if (alive.expired() || is_stopped()) return;
        if (!*workspace) return fail(Error(workspace->error()).in("the workspace cannot be unpacked"));
        workspace_ = std::move(**workspace);
        set_up();
      });
}

void RemoteRun::set_up() {
  if (!workspace_->setup_is_due()) return fetch_listing();
  settings_.say("sets the workspace up: " + spec_.setup);
  const io::ProcessSpec setup{.argv = {"sh", "-c", spec_.setup}, .env = {{"TAMARACK", "1"}}, .directory = workspace_->tree()};
  io::run_process(loop_, setup, setup_max, setup_output_max, [this, alive = std::weak_ptr(alive_)](const Result<io::Finished>& finished) {
    if (alive.expired() || is_stopped()) return;
    if (!finished) return fail(Error(finished.error()).in("[workspace] setup cannot be started"));
    const std::string tail = last_lines(finished->output + finished->errput, log_tail_lines);
    if (finished->timed_out)
      return fail(make_error(ErrorCode::unavailable,
                             fmt::format("[workspace] setup `{}` did not end within {}", spec_.setup, human_duration(setup_max))),
                  tail);
    if (finished->status.code != 0)
      return fail(make_error(ErrorCode::unavailable, fmt::format("[workspace] setup `{}` ended with code {}: {}", spec_.setup,
                                                                 finished->status.code, last_lines(tail, 1))),
                  tail);
    auto noted = std::make_shared<Result<>>();
    // Looks at the whole tree: what setup made stays there.
    loop_.background([workspace = workspace_, noted] { *noted = workspace->setup_done(); },
                     [this, noted, alive] {
                       if (alive.expired() || is_stopped()) return;
                       if (!*noted) return fail(noted->error());
                       fetch_listing();
                     });
  });
}

void RemoteRun::fetch_listing() {
  if (const auto made = io::make_directories(run_dir()); !made) return fail(made.error());
  if (spec_.listing.empty()) return begin();
  const std::string path = run_dir() + "/listing.json";
  if (const auto removed = io::remove_tree(path); !removed) return fail(removed.error());
  blobs_->download(spec_.listing, path, [this, alive = std::weak_ptr(alive_)](const Result<>& got) {
    if (alive.expired() || is_stopped()) return;
    if (!got) return fail(Error(got.error()).in("the list of tests cannot be fetched"));
    begin();
  });
}

// ---- working

void RemoteRun::begin() {
  auto project = settings_.prepare(config_path(), settings_.folder);
  if (!project) return fail(project.error());
  project_ = std::move(*project);
  AgentSettings& agent = project_.settings;
  agent.id = settings_.agent;
  agent.session = settings_.session + "." + settings_.run.value;
  agent.version = settings_.version;
  agent.labels = settings_.labels;
  agent.workers = settings_.workers;
  agent.run = settings_.run;
  agent.project = spec_.project;
  agent.seed = spec_.seed;
  agent.run_dir = run_dir();
  if (!spec_.listing.empty()) agent.suite.listing = run_dir() + "/listing.json";
  outgoing_ = Outgoing::begin(loop_, api_, run_dir(),
                              {.server = api_.address().url,
                               .project = spec_.project,
                               .run = settings_.run,
                               .agent = settings_.agent,
                               .session = agent.session,
                               .workers = settings_.workers},
                              settings_.say);
  store_ = std::make_shared<UploadingStore>(loop_, artifacts_, std::shared_ptr<Uploads>(alive_, &outgoing_->uploads()));
  connect();
}

void RemoteRun::connect() {
  api_.connect("/api/v1/runs/" + settings_.run.value + "/link",
               [this, alive = std::weak_ptr(alive_)](Result<std::unique_ptr<io::Link>> link) {
                 if (alive.expired() || over_) return;
                 if (!link) return link.error().code == ErrorCode::unavailable ? link_lost() : run_is_over(link.error());
                 if (std::exchange(lost_, 0) > 1) settings_.say("is connected again");
                 outgoing_->uploads().try_now();
                 if (agent_) return agent_->reconnect(std::move(*link));
                 agent_ = std::make_unique<Agent>(loop_, clock_, project_.settings, *project_.adapter, store_, std::move(*link),
                                                  [this] { agent_is_done(); });
                 if (outgoing_->spool() != nullptr) agent_->keep_unsent(*outgoing_->spool());
                 if (settings_.endpoint != nullptr) agent_->offer_waits(*settings_.endpoint);
                 agent_->know_plan(std::move(spec_.plan));
                 agent_->on_warning([this](const std::string& message) { settings_.say("warning: " + message); });
                 agent_->on_link_lost([this] { link_lost(); });
                 agent_->on_refused([this](const std::string& reason) {
                   settings_.say("was refused: " + reason);
                   agent_->shut_down([this] { end(std::nullopt); });
                 });
                 agent_->before_leaving([this](io::Callback done) {
                   outgoing_->uploads().when_done(files_patience, leaving_ ? files_quiet_max_leaving : files_quiet_max, std::move(done));
                 });
                 agent_->start();
               });
}

// There is nobody to tell anything; or nobody listens to this agent, and another process of it may have better luck.
void RemoteRun::run_is_over(const Error& error) {
  const bool is_over = error.code == ErrorCode::conflict || error.code == ErrorCode::not_found;
  if (is_over && agent_ && !agent_->is_heard())
    settings_.say(fmt::format("drops {} about {}, which is over", count_of(static_cast<std::int64_t>(agent_->unheard()), "message"),
                              settings_.run.value));
  if (is_over && outgoing_->spool() != nullptr) outgoing_->spool()->end_session();
  if (!agent_) return end(std::nullopt);
  agent_->shut_down([this] { end(std::nullopt); });
}

// Left in the middle of a run, with nobody there to hear of it: what it had to say stays on its disk.
void RemoteRun::agent_is_done() {
  const bool is_settled = agent_->was_sent_home() || agent_->is_heard();
  if (is_settled && outgoing_->spool() != nullptr) outgoing_->spool()->end_session();
  end(std::nullopt);
}

void RemoteRun::link_lost() {
  if (over_) return;
  if (++lost_ == 2) settings_.say("has lost the server; what runs goes on, and is told when it is back");
  pause_ = loop_.after(std::min(client::pause_before(lost_), reconnect_pause_max), [this] { connect(); });
}

void RemoteRun::leave() {
  if (std::exchange(leaving_, true)) return;
  if (agent_) return agent_->go_home();
  end(std::nullopt);
}

void RemoteRun::kill_now(io::Callback done) {
  leaving_ = true;
  over_ = true;
  if (agent_) return agent_->kill_now(std::move(done));
  loop_.post(std::move(done));
}

}  // namespace tamarack::agent
