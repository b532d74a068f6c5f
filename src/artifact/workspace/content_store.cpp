#include "artifact/workspace/content_store.h"

#include <fmt/format.h>

#include "artifact/workspace/hash_cache.h"
#include "base/sha256.h"
#include "io/files.h"
#include "io/machine.h"
#include "io/tree.h"

namespace tamarack::artifact {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;

}  // namespace

Result<ContentStore> ContentStore::open(const std::string& folder) {
  TRY_VOID(io::remove_entry(folder + "/incoming"));
  TRY_VOID(io::make_directories(folder + "/incoming"));
  return ContentStore(folder);
}

std::string ContentStore::path_of(const std::string& sha256) const {
  return folder_ + "/" + sha256.substr(0, 2) + "/" + sha256.substr(2);
}

bool ContentStore::has(const std::string& sha256) const {
  return is_sha256(sha256) && io::exists(path_of(sha256));
}

std::vector<ContentStore::Missing> ContentStore::missing(const domain::Manifest& manifest) const {
  std::vector<Missing> missing;
  for (const auto& [sha256, entry] : domain::contents_of(manifest)) {
    if (!is_sha256(sha256)) continue;  // decoding refuses such a manifest
    const auto look = io::look_at_entry(path_of(sha256));
    // A file that lost bytes in a power failure has its name but not its size.
    if (!look || !*look || (*look)->kind != io::EntryKind::file || (*look)->size != entry->size)
      missing.push_back({sha256, entry->size, entry->path});
  }
  return missing;
}

std::string ContentStore::incoming_path() {
  return fmt::format("{}/incoming/{}-{}", folder_, io::process_id(), ++received_);
}

Result<> ContentStore::put(const std::string& sha256, const std::string& file) {
  if (!is_sha256(sha256))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("{} is not a SHA-256 of 64 hexadecimal digits", domain::quoted_path(sha256)));
  const std::string found = TRY(sha256_of_file(file));
  if (found != sha256) return make_error(ErrorCode::corrupt, fmt::format("expected content with the SHA-256 {}, got {}", sha256, found));
  const std::string target = path_of(sha256);
  TRY_VOID(io::make_directories(io::parent_path(target)));
  const Result<> moved = io::rename_entry(file, target);
  if (moved) return io::make_read_only(target);
  if (moved.error().code != ErrorCode::unavailable) return moved.error();
  // From another disk: the copy is what is kept, so the copy is what is verified.
  const std::string copy = incoming_path();
  TRY_VOID(io::clone_file(file, copy, false));
  const Result<> stored = put(sha256, copy);
  return stored ? io::remove_entry(file) : stored;
}

Result<std::string> ContentStore::locate(const std::string& sha256) const {
  if (!has(sha256)) return make_error(ErrorCode::not_found, fmt::format("content {} is not stored here", domain::quoted_path(sha256)));
  return path_of(sha256);
}

void ContentStore::drop(const std::string& sha256) {
  if (is_sha256(sha256)) (void)io::remove_entry(path_of(sha256)).has_value();
}

Result<std::int64_t> ContentStore::remove_unneeded(const std::set<std::string>& needed, std::int64_t older_than_ms) {
  const std::int64_t newest_ns = io::wall_clock_ns() - older_than_ms * ms_ns;
  const auto stored = TRY(io::list_tree(folder_, [](const std::string& path) { return path.size() == 2; }));
  std::int64_t freed = 0;
  for (const io::TreeEntry& entry : stored) {
    if (entry.look.kind != io::EntryKind::file || entry.path.size() != 65 || entry.look.changed_ns > newest_ns) continue;
    if (needed.contains(entry.path.substr(0, 2) + entry.path.substr(3))) continue;
    TRY_VOID(io::remove_entry(folder_ + "/" + entry.path));
    freed += entry.look.size;
  }
  return freed;
}

}  // namespace tamarack::artifact
