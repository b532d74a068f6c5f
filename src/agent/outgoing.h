// What this agent owes its server of one run: the messages and stored files on their way there, with the spool that remembers them across
// the death of the process. Outlives the run: files that are late are sent in the background, for a bounded time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/spool.h"
#include "agent/uploads.h"
#include "client/blob_client.h"

namespace tamarack::agent {

// How long the end of a run waits for files: less than the server waits for its agents.
inline constexpr Millis files_patience{100'000};
inline constexpr Millis files_quiet_max{20'000};  // without any that arrives

class Outgoing {
 public:
  using Say = std::function<void(const std::string&)>;

  // Of a run that begins. Where the disk takes nothing, `say` is told and it goes on in memory.
  static std::unique_ptr<Outgoing> begin(io::Loop& loop, client::ApiClient& api, const std::string& run_dir, wire::SpoolHead head, Say say);
  // Of a run that another process has left.
  static std::unique_ptr<Outgoing> restore(io::Loop& loop, client::ApiClient& api, std::unique_ptr<Spool> spool, Say say);
  // What that process owed is sent from `artifacts`. Once.
  void send_owed(artifact::ArtifactStore& artifacts);

  const domain::RunId& run() const { return run_; }
  Spool* spool() { return spool_.get(); }  // none: nothing survives this process
  Uploads& uploads() { return *uploads_; }
  // Messages nobody heard are on the disk.
  bool has_session() const { return spool_ && spool_->has_session(); }
  std::size_t files_owed() const { return uploads_->owed(); }

  // The messages are settled: sends what is left of files for at most `patience`, says what did not arrive, forgets all of it. `done` on a
  // later turn.
  void finish(Millis patience, io::Callback done);

 private:
  Outgoing(io::Loop& loop, client::ApiClient& api, const wire::SpoolHead& head, Say say);
  void over();

  domain::RunId run_;
  Say say_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<client::BlobClient> blobs_;
  std::unique_ptr<Uploads> uploads_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
