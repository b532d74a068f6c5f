// When an agent starts: what its former processes on this folder had not delivered. Their last words are said one session after another,
// before the agent asks for work, so that no result runs again for want of having been told; files they owed follow in the background.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "agent/last_words.h"
#include "agent/outgoing.h"

namespace tamarack::agent {

struct LeftBehindSettings {
  std::string folder;   // absolute: of this agent
  std::string version;  // of this binary
  std::function<void(const std::string&)> say;
};

class LeftBehind {
 public:
  // References outlive it. `take`: files that are still owed, with nothing left to be said. `done` once, on a later turn.
  LeftBehind(io::Loop& loop, client::ApiClient& api, artifact::ArtifactStore& artifacts, LeftBehindSettings settings,
             std::function<void(std::unique_ptr<Outgoing>)> take, io::Callback done);

  void start();

 private:
  void next();
  void ended(LastWords::End end, const std::string& why);
  bool is_for_this_server() const { return outgoing_->spool()->head().server == api_.address().url; }
  void keep_for_its_server();
  void hand_over();

  io::Loop& loop_;
  client::ApiClient& api_;
  artifact::ArtifactStore& artifacts_;
  LeftBehindSettings settings_;
  std::function<void(std::unique_ptr<Outgoing>)> take_;
  io::Callback done_;
  std::deque<std::string> folders_;
  std::unique_ptr<Outgoing> outgoing_;  // of the session at hand
  std::size_t words_ = 0;               // it waited with
  std::unique_ptr<LastWords> last_words_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
