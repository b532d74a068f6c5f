// What an agent stores, sent to the server as it comes. The store is the agent's own disk; the server gets a copy of what it lacks.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "artifact/artifact_store.h"
#include "client/blob_client.h"

namespace tamarack::agent {

// On the loop. Several requests for the same content are one.
class Uploads {
 public:
  // `on_failed`: a content could not be sent and will be missing there.
  Uploads(io::Loop& loop, client::BlobClient& blobs, std::function<void(const Error&)> on_failed)
      : loop_(loop), blobs_(blobs), on_failed_(std::move(on_failed)) {}

  void add(const std::string& sha256, const std::string& path);
  // Once, when nothing is on its way any more.
  void when_done(io::Callback done);

 private:
  void send();
  void check_done();

  io::Loop& loop_;
  client::BlobClient& blobs_;
  std::function<void(const Error&)> on_failed_;
  std::set<std::string> known_;  // sent, or on their way
  std::vector<client::BlobClient::File> gathered_;
  int sending_ = 0;
  bool posted_ = false;
  std::vector<io::Callback> waiting_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Keeps in `inner`, and has it sent. Threads call it; uploads are told on the loop, in the turn before the one that hears of the result.
class UploadingStore final : public artifact::ArtifactStore {
 public:
  UploadingStore(io::Loop& loop, artifact::ArtifactStore& inner, Uploads& uploads)
      : loop_(loop), inner_(inner), uploads_(std::make_shared<Uploads*>(&uploads)) {}

  Result<artifact::Stored> keep(const std::string& path) override;
  Result<std::string> locate(const std::string& sha256) override { return inner_.locate(sha256); }

 private:
  io::Loop& loop_;
  artifact::ArtifactStore& inner_;
  std::shared_ptr<Uploads*> uploads_;
};

}  // namespace tamarack::agent
