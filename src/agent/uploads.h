// What an agent stores, sent to the server as it comes. The store is the agent's own disk; the server gets a copy of what it lacks. What
// could not be sent is tried again, after pauses that grow, until it is there or the server will never take it.
//
//   owed ──asked for──▶ on its way ──sent──▶ there
//                       on its way ──server away──▶ owed;  ──refused for good──▶ given up
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "artifact/artifact_store.h"
#include "io/loop.h"
#include "wire/api.h"

namespace tamarack::agent {

// The way there: BlobClient, in a process that has a server.
struct UploadPort {
  std::function<void(std::vector<std::string> sha256, std::function<void(Result<std::vector<wire::MissingBlob>>)> done)> missing;
  // The server has the first `offset` bytes already.
  std::function<void(const std::string& sha256, const std::string& path, std::int64_t offset, std::function<void(Result<>)> done)> send;
};

struct UploadCallbacks {
  std::function<void(const std::string& sha256)> on_owed;
  std::function<void(const std::string& sha256)> on_settled;                      // it is there, or given up
  std::function<void(const std::string& sha256, const Error& error)> on_refused;  // given up: it will be missing there
  std::function<void(const Error& error)> on_trouble;                             // the first failure after a success
};

struct UploadRules {
  Millis first_pause{1'000};  // doubles …
  Millis pause_max{60'000};   // … up to this
};

// On the loop. Several requests for the same content are one.
class Uploads {
 public:
  Uploads(io::Loop& loop, UploadPort port, UploadCallbacks callbacks, UploadRules rules = {})
      : loop_(loop), port_(std::move(port)), callbacks_(std::move(callbacks)), rules_(rules) {}

  void add(const std::string& sha256, const std::string& path);
  // The server is back: what is owed does not wait for the end of its pause.
  void try_now();
  // Once: when nothing is owed any more, when for `quiet_max` nothing has arrived, or after `patience`, whichever comes first.
  void when_done(Millis patience, Millis quiet_max, io::Callback done);

  std::size_t owed() const { return owed_.size(); }
  const std::optional<Error>& last_error() const { return last_error_; }

 private:
  struct Content {
    std::string path;
    bool on_its_way = false;
  };
  void gather();
  void send();
  void ask(std::vector<std::string> sha256);
  void ended(const std::string& sha256, const Result<>& outcome);
  void settle(const std::string& sha256);
  void failed(const Error& error);
  void pause();
  void check_done();
  void let_go_of_waiting();

  io::Loop& loop_;
  UploadPort port_;
  UploadCallbacks callbacks_;
  UploadRules rules_;
  std::map<std::string, Content> owed_;
  std::set<std::string> settled_;
  std::optional<Error> last_error_;
  bool posted_ = false;
  int failures_ = 0;  // without a success between them
  io::Timer pause_;
  bool pausing_ = false;
  std::vector<io::Callback> waiting_;
  Millis quiet_max_{0};
  io::Timer patience_;
  io::Timer quiet_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Keeps in `inner`, and has it sent. Threads call it; uploads are told on the loop, in the turn before the one that hears of the result.
// What is stored when `uploads` is gone is not sent: nobody is going to hear of it either. `uploads` ends on the loop; the loop and `inner`
// outlive the store.
class UploadingStore final : public artifact::ArtifactStore {
 public:
  UploadingStore(io::Loop& loop, artifact::ArtifactStore& inner, std::weak_ptr<Uploads> uploads)
      : loop_(loop), inner_(inner), uploads_(std::move(uploads)) {}

  Result<artifact::Stored> keep(const std::string& path) override;
  Result<std::string> locate(const std::string& sha256) override { return inner_.locate(sha256); }

 private:
  io::Loop& loop_;
  artifact::ArtifactStore& inner_;
  const std::weak_ptr<Uploads> uploads_;
};

}  // namespace tamarack::agent
