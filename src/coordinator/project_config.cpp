#include "coordinator/project_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/read_config.h"
#include "io/files.h"
#include "wire/manifest.h"

namespace tamarack::coordinator {
namespace {

constexpr std::size_t known_max = 32;

}  // namespace

Result<std::shared_ptr<const config::Config>> ProjectConfigs::newest(store::Store& store, const std::string& project) {
  const auto request = TRY(store.newest_workspace(project));
  if (!request) return std::shared_ptr<const config::Config>{};
  const std::string key = fmt::format("{}\n{}\n{}", project, request->workspace, request->config);
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const auto& one) { return one.first == key; });
  if (found != known_.end()) return found->second;
  const auto config = read(*request);
  known_.emplace_front(key, config ? *config : nullptr);
  if (known_.size() > known_max) known_.pop_back();
  return known_.front().second;
}

// Errors: whatever kept it from being read; the client sent it, so anything may be in it.
Result<std::shared_ptr<const config::Config>> ProjectConfigs::read(const store::RequestRow& request) const {
  const auto blob = [&](const std::string& sha256, std::size_t bytes_max) -> Result<std::string> {
    const std::string path = TRY(blobs_.locate(request.project, sha256));
    return io::read_file(path, bytes_max);
  };
  const std::string listing = TRY(blob(request.workspace, wire::manifest_bytes_max));
  const domain::Manifest manifest = TRY(wire::decode_manifest(listing));
  const auto entry = std::find_if(manifest.entries.begin(), manifest.entries.end(), [&](const domain::ManifestEntry& one) {
    return one.kind == domain::FileKind::file && one.path == request.config;
  });
  if (entry == manifest.entries.end()) return make_error(ErrorCode::not_found, "the workspace has no configuration");
  const std::string text = TRY(blob(entry->sha256, config::file_bytes_max));
  config::ReadResult read = config::read_config(text, request.config);
  if (!read.config) return make_error(ErrorCode::invalid_config, "the configuration has problems");
  return std::make_shared<const config::Config>(std::move(*read.config));
}

}  // namespace tamarack::coordinator
