#include "artifact/workspace/scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>

#include "artifact/workspace/hash_cache.h"
#include "base/text.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::artifact {
namespace {

constexpr std::size_t folders_named_max = 5;
constexpr std::size_t problems_named_max = 20;
constexpr std::size_t warnings_max = 20;

struct Found {
  std::string path;
  io::EntryLook look;
};

class Scan {
 public:
  Scan(const ScanOptions& options, const std::optional<std::vector<GitFile>>& listed)
      : options_(options), listed_(listed), rules_(options.include, options.exclude) {}

  Result<Scanned> run() && {
    scanned_.from_git = listed_.has_value();
    if (listed_) TRY_VOID(take_listed());
    if (!listed_ || rules_.has_include()) TRY_VOID(walk());
    std::sort(found_.begin(), found_.end(), [](const Found& left, const Found& right) { return left.path < right.path; });
    found_.erase(std::unique(found_.begin(), found_.end(), [](const Found& left, const Found& right) { return left.path == right.path; }),
                 found_.end());
    TRY_VOID(describe());
    TRY_VOID(check_size());
    TRY_VOID(hash());
    TRY_VOID(check_problems());
    return std::move(scanned_);
  }

 private:
  Result<> take_listed() {
    for (const GitFile& file : *listed_) {
      if (!rules_.belongs(file.path, file.origin)) continue;
      const std::optional<io::EntryLook> look = TRY(io::look_at_entry(options_.root + "/" + file.path));
      // `node_modules/` in .gitignore ignores the folder, not a link in its place.
      if (look && !rules_.belongs(shown_path(file.path, look->kind), file.origin)) continue;
      // Deleted but still in the index, or left out by a sparse checkout.
      if (look && look->kind != io::EntryKind::folder) take(file.path, *look);
    }
    return {};
  }

  Result<> walk() {
    const bool only_for_include = listed_.has_value();
    const auto below =
        TRY(io::list_tree(options_.root, [&](const std::string& folder) { return rules_.enters(folder, only_for_include); }));
    std::unordered_set<std::string_view> filled;
    for (const io::TreeEntry& entry : below)
      if (const std::size_t slash = entry.path.rfind('/'); slash != std::string::npos)
        filled.insert(std::string_view(entry.path).substr(0, slash));
    for (const io::TreeEntry& entry : below) {
      // A folder that was not looked into is not known to be empty.
      if (entry.look.kind == io::EntryKind::folder && (filled.contains(entry.path) || !is_empty_folder(entry.path))) continue;
      if (only_for_include ? included(entry.path) : rules_.belongs(shown_path(entry.path, entry.look.kind), domain::FileOrigin::walked))
        take(entry.path, entry.look);
    }
    return {};
  }

  // A name such as `build` is a folder of tools only as a folder, or as a link in its place: to one, or to one that is not there yet.
  std::string shown_path(const std::string& path, io::EntryKind kind) const {
    const std::string whole = options_.root + "/" + path;
    const bool stands_for_folder = kind == io::EntryKind::symlink && (io::is_directory(whole) || !io::exists(whole));
    return kind == io::EntryKind::folder || stands_for_folder ? path + "/." : path;
  }
  bool included(const std::string& path) const {
    // A file nobody else vouches for: in a folder of this name only `include` speaks for it.
    return include_.match(path) && rules_.belongs(path, domain::FileOrigin::walked);
  }
  // Empty on the disk, and not merely empty because everything in it stays at home.
  bool is_empty_folder(const std::string& path) const {
    const auto names = io::list_directory(options_.root + "/" + path);
    return names && names->empty();
  }

  void take(const std::string& path, const io::EntryLook& look) {
    if (look.kind != io::EntryKind::other) {
      found_.push_back({path, look});
    } else if (scanned_.warnings.size() < warnings_max) {
      scanned_.warnings.push_back(fmt::format("{} is left out: it is no file, folder or symbolic link", domain::quoted_path(path)));
    }
  }

  Result<> describe() {
    for (const Found& one : found_) {
      domain::ManifestEntry entry{.path = one.path};
      if (one.look.kind == io::EntryKind::symlink) {
        entry.kind = domain::FileKind::symlink;
        entry.target = TRY(io::read_symlink(options_.root + "/" + one.path));
      } else if (one.look.kind == io::EntryKind::folder) {
        entry.kind = domain::FileKind::folder;
      } else {
        entry.executable = one.look.executable;
        entry.size = one.look.size;
      }
      scanned_.manifest.entries.push_back(std::move(entry));
    }
    return {};
  }

  // Before anything is read: hashing gigabytes to say that they are too many would be unkind.
  Result<> check_size() const {
    const std::int64_t total = domain::total_bytes(scanned_.manifest);
    if (options_.bytes_max == 0 || total <= options_.bytes_max) return {};
    std::vector<std::string> named;
    std::vector<std::string> patterns;
    for (const LargeFolder& folder : largest_folders(scanned_.manifest, folders_named_max)) {
      named.push_back(fmt::format("{} {}", domain::quoted_path(folder.path), human_bytes(static_cast<std::uint64_t>(folder.bytes))));
      if (folder.path != "." && is_valid_utf8(folder.path)) patterns.push_back(fmt::format("\"{}/**\"", folder.path));
    }
    const std::string example = patterns.empty() ? "\"NAME\"" : patterns.front();
    return make_error(
        ErrorCode::limit_exceeded,
        fmt::format("the workspace has {} in {}, [workspace] bytes_max is {}; the largest folders: {}",
                    human_bytes(static_cast<std::uint64_t>(total)),
                    count_of(static_cast<std::int64_t>(scanned_.manifest.entries.size()), "file"),
                    human_bytes(static_cast<std::uint64_t>(options_.bytes_max)), join(named, ", ")),
        fmt::format("leave out what the tests do not need, for example exclude = [{}] in [workspace], or raise bytes_max", example));
  }

  Result<> hash() {
    HashCache cache = options_.cache_file.empty() ? HashCache{} : HashCache::load(options_.cache_file);
    for (std::size_t i = 0; i < found_.size(); ++i) {
      domain::ManifestEntry& entry = scanned_.manifest.entries[i];
      if (entry.kind != domain::FileKind::file) continue;
      entry.sha256 = TRY(cache.hash(options_.root, entry.path, found_[i].look));
      entry.size = found_[i].look.size;
      entry.executable = found_[i].look.executable;
    }
    cache.forget_untouched();
    scanned_.files_read = cache.files_read();
    scanned_.bytes_read = cache.bytes_read();
    if (options_.cache_file.empty() || !cache.is_changed()) return {};
    if (const Result<> saved = cache.save(options_.cache_file); !saved)
      scanned_.warnings.push_back(fmt::format("the next scan reads everything again: {}", saved.error().message));
    return {};
  }

  Result<> check_problems() const {
    std::vector<std::string> problems = domain::problems_of(scanned_.manifest);
    if (problems.empty()) return {};
    const std::size_t more = problems.size() - std::min(problems.size(), problems_named_max);
    problems.resize(problems.size() - more);
    return make_error(ErrorCode::invalid_config,
                      fmt::format("{} cannot travel to agents: {}{}", count_of(static_cast<std::int64_t>(problems.size() + more), "file"),
                                  join(problems, "; "), more > 0 ? fmt::format("; and {} more", more) : std::string{}),
                      hint_for(problems.front()));
  }
  std::string hint_for(const std::string& problem) const {
    for (const domain::ManifestEntry& entry : scanned_.manifest.entries)
      if (entry.kind == domain::FileKind::symlink && problem.starts_with(domain::quoted_path(entry.path) + " ") &&
          is_valid_utf8(entry.path))
        return fmt::format("leave it out: exclude = [\"{}\"] in [workspace]; or put what the tests need of it into the folder itself",
                           entry.path);
    return "rename or remove it, or leave it out: [workspace] exclude";
  }

  const ScanOptions& options_;
  const std::optional<std::vector<GitFile>>& listed_;
  domain::WorkspaceRules rules_;
  domain::PathPatterns include_{options_.include};
  std::vector<Found> found_;
  Scanned scanned_;
};

}  // namespace

Result<Scanned> scan_listed(const ScanOptions& options, const std::optional<std::vector<GitFile>>& listed) {
  return Scan(options, listed).run();
}

void scan_workspace(io::Loop& loop, ScanOptions options, std::function<void(Result<Scanned>)> done) {
  const std::string root = options.root;
  list_git_files(loop, root, [&loop, options = std::move(options), done = std::move(done)](auto listed) mutable {
    if (!listed) return done(std::move(listed).error());
    auto result = std::make_shared<Result<Scanned>>(make_error(ErrorCode::cancelled, "not scanned"));
    loop.background([result, options = std::move(options), files = std::move(*listed)] { *result = scan_listed(options, files); },
                    [result, done = std::move(done)] { done(std::move(*result)); });
  });
}

std::vector<LargeFolder> largest_folders(const domain::Manifest& manifest, std::size_t count_max) {
  std::map<std::string, std::int64_t> bytes;
  for (const domain::ManifestEntry& entry : manifest.entries) {
    if (entry.path.find('/') == std::string::npos) bytes["."] += entry.size;
    for (std::size_t slash = entry.path.find('/'); slash != std::string::npos; slash = entry.path.find('/', slash + 1))
      bytes[entry.path.substr(0, slash)] += entry.size;
  }
  // The deepest folder that still holds four fifths says more than its parents.
  const auto heart_of = [&](const LargeFolder& folder) -> std::optional<LargeFolder> {
    const std::string above = folder.path + "/";
    for (auto below = bytes.lower_bound(above); below != bytes.end() && below->first.starts_with(above); ++below)
      if (below->first.find('/', above.size()) == std::string::npos && below->second * 5 >= folder.bytes * 4)
        return LargeFolder{below->first, below->second};
    return std::nullopt;
  };
  std::vector<LargeFolder> folders;
  for (const auto& [path, size] : bytes) {
    if (path.find('/') != std::string::npos || size == 0) continue;
    folders.push_back({path, size});
    while (const std::optional<LargeFolder> heart = heart_of(folders.back())) folders.back() = *heart;
  }
  std::stable_sort(folders.begin(), folders.end(),
                   [](const LargeFolder& left, const LargeFolder& right) { return left.bytes > right.bytes; });
  if (folders.size() > count_max) folders.resize(count_max);
  return folders;
}

}  // namespace tamarack::artifact
