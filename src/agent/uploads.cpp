#include "agent/uploads.h"

namespace tamarack::agent {

void Uploads::add(const std::string& sha256, const std::string& path) {
  if (!known_.insert(sha256).second) return;
  gathered_.push_back({sha256, path});
  if (std::exchange(posted_, true)) return;
  // What one turn brings is asked for together.
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) send();
  });
}

void Uploads::send() {
  posted_ = false;
  ++sending_;
  auto files = std::exchange(gathered_, {});
  blobs_.send_missing(files, [this, files](const Result<std::int64_t>& sent) {
    --sending_;
    if (!sent) {
      for (const client::BlobClient::File& file : files) known_.erase(file.sha256);
      on_failed_(sent.error());
    }
    check_done();
  });
}

void Uploads::when_done(io::Callback done) {
  waiting_.push_back(std::move(done));
  check_done();
}

void Uploads::check_done() {
  if (sending_ > 0 || posted_) return;
  for (io::Callback& one : std::exchange(waiting_, {})) loop_.post(std::move(one));
}

Result<artifact::Stored> UploadingStore::keep(const std::string& path) {
  artifact::Stored stored = TRY(inner_.keep(path));
  const std::string kept = TRY(inner_.locate(stored.sha256));
  loop_.post([weak = std::weak_ptr(uploads_), sha256 = stored.sha256, kept] {
    if (const auto uploads = weak.lock()) (*uploads)->add(sha256, kept);
  });
  return stored;
}

}  // namespace tamarack::agent
