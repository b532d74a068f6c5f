// The configuration a project had when it last asked for a run: it stands in that request's workspace, which is here. For what only the
// repository knows, such as the quarantine.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "artifact/blob_store.h"
#include "config/config.h"
#include "store/store.h"

namespace tamarack::coordinator {

// On one thread at a time. A workspace never changes under its hash, so it is read once.
class ProjectConfigs {
 public:
  explicit ProjectConfigs(artifact::BlobStore& blobs) : blobs_(blobs) {}

  // Null: no run was asked for over the network yet, or its configuration cannot be read (any more). Errors: the store's.
  Result<std::shared_ptr<const config::Config>> newest(store::Store& store, const std::string& project);

 private:
  Result<std::shared_ptr<const config::Config>> read(const store::RequestRow& request) const;

  artifact::BlobStore& blobs_;
  std::deque<std::pair<std::string, std::shared_ptr<const config::Config>>> known_;  // by project, workspace and path; newest first
};

}  // namespace tamarack::coordinator
