// One run of a server on this machine, from the order to the last artifact: fetch what the run is, make its workspace be what it should be,
// set it up, talk. A lost link is opened again for as long as the run goes on; tests run on meanwhile.
//
//   spec ──▶ manifest ──▶ contents ──▶ workspace ──▶ setup ──▶ project ──▶ link ⇄ lost ──▶ sent home ──▶ done
//   any step but the last three ──fails──▶ gave up
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/agent.h"
#include "agent/outgoing.h"
#include "agent/workspace.h"
#include "client/blob_client.h"
#include "io/process.h"

namespace tamarack::agent {

// What the project's configuration makes of an unpacked workspace.
struct PreparedProject {
  AgentSettings settings;
  std::unique_ptr<adapter::Adapter> adapter;
};
struct RemoteRunSettings {
  domain::RunId run;
  domain::AgentId agent;
  std::string session;  // of this stay: what a former one said of the same run is another's
  std::string version;
  std::int64_t workers = 1;
  std::map<std::string, std::string> labels;
  std::string folder;  // absolute: of this agent
  // Reads the configuration at this path. Errors: invalid_config.
  std::function<Result<PreparedProject>(const std::string& config_path, const std::string& state_dir)> prepare;
  std::function<void(const std::string&)> say;  // one line for people
  Endpoint* endpoint = nullptr;                 // where tests ask for waits; it outlives the run
};

struct RunTrouble {
  std::string message;
  std::string log_tail;
};

class RemoteRun {
 public:
  // All references outlive it. `done` comes once: nothing when the run is over for this agent, else why it could not begin.
  RemoteRun(io::Loop& loop, const Clock& clock, client::ApiClient& api, Workspaces& workspaces, artifact::ContentStore& contents,
            artifact::ArtifactStore& artifacts, RemoteRunSettings settings, std::function<void(std::optional<RunTrouble>)> done);
  ~RemoteRun();

  void start();
  // Gives back what runs, stops the applications, sends what is left of artifacts.
  void leave();
  // The same without waiting for anybody.
  void kill_now(io::Callback done);
  // Once it is done: by the run, which may be over or only waiting.
  bool was_sent_home() const { return agent_ && agent_->was_sent_home(); }
  // Once it is done: what is still owed to the server, if anything was begun.
  std::unique_ptr<Outgoing> take_outgoing() { return std::move(outgoing_); }

 private:
  void fetch_spec();
  void fetch_manifest();
  void fetch_contents();
  void receive(const std::vector<artifact::ContentStore::Missing>& missing);
  void unpack();
  void set_up();
  void fetch_listing();
  void begin();
  void connect();
  void link_lost();
  void run_is_over(const Error& error);
  void agent_is_done();
  void end(std::optional<RunTrouble> trouble);
  void fail(const Error& error, std::string log_tail = {});
  bool is_stopped() const { return over_ || leaving_; }
  std::string run_dir() const { return settings_.folder + "/runs/" + settings_.run.value; }
  std::string config_path() const { return workspace_->tree() + "/" + spec_.config; }

  io::Loop& loop_;
  const Clock& clock_;
  client::ApiClient& api_;
  Workspaces& workspaces_;
  artifact::ContentStore& contents_;
  artifact::ArtifactStore& artifacts_;
  RemoteRunSettings settings_;
  std::function<void(std::optional<RunTrouble>)> done_;

  wire::RunSpec spec_;
  domain::Manifest manifest_;
  std::unique_ptr<client::BlobClient> blobs_;
  std::unique_ptr<Outgoing> outgoing_;
  // What works in the background may go on after an abrupt end: it holds what it works on.
  std::shared_ptr<UploadingStore> store_;
  std::shared_ptr<Workspace> workspace_;
  std::unique_ptr<io::Process> setup_;
  PreparedProject project_;
  std::unique_ptr<Agent> agent_;
  int lost_ = 0;
  io::Timer pause_;
  bool leaving_ = false;
  bool over_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
