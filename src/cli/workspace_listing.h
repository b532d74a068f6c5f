// `tamarack run --server --dry-run`: the files of a workspace, and what a server lacks of them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/manifest.h"
#include "wire/api.h"

namespace tamarack::cli {

struct ListedFile {
  std::string path;
  std::int64_t bytes = 0;
  bool lacking = false;  // its content is not on the server
};

struct WorkspaceListing {
  std::vector<ListedFile> files;   // the largest first; links and empty folders are not among them
  std::int64_t links = 0;          // symbolic ones, and empty folders
  std::int64_t bytes = 0;          // of all files
  std::int64_t lacking = 0;        // contents that would be sent: equal files are one
  std::int64_t lacking_bytes = 0;  // of them, less what an interrupted upload has left there
};

WorkspaceListing workspace_listing(const domain::Manifest& manifest, const std::vector<wire::MissingBlob>& missing);

// The largest files, and in the end the sums. `server` is its address.
std::string to_text(const WorkspaceListing& listing, const std::string& server);
// All files, as docs/design/2026-11-21-cli-contract.md says.
std::string to_json(const WorkspaceListing& listing);

}  // namespace tamarack::cli
