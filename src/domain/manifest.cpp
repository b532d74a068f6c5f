#include "domain/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

#include "base/sha256.h"
#include "base/text.h"

namespace tamarack::domain {
namespace {

constexpr int symlinks_followed_max = 40;  // as Linux does
// Bytes of paths looked at while links are followed: 100,000 ordinary links need less; links that are made to multiply are refused.
constexpr std::int64_t link_work_max = 128LL << 20;
constexpr std::int64_t link_step_bytes = 64;     // what a step costs beside the path
constexpr std::int64_t link_target_factor = 16;  // what taking a target apart costs per byte

// The first thing that is wrong with a path by itself.
std::optional<std::string> path_fault(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.find('\0') != std::string_view::npos) return "contains a NUL character";
  if (!is_valid_utf8(path)) return "is not valid UTF-8: rename the file";
  if (path.front() == '/') return "is absolute, expected a path relative to the workspace";
  if (path.size() > path_bytes_max) return fmt::format("is longer than {} bytes", path_bytes_max);
  std::size_t segments = 0;
  for (const std::string& segment : split(path, '/')) {
    if (segment.empty()) return "has an empty segment";
    if (segment == "." || segment == "..") return fmt::format("has the segment '{}'", segment);
    if (++segments > path_segments_max) return fmt::format("lies in more than {} folders", path_segments_max - 1);
    if (segment.size() > path_segment_bytes_max) return fmt::format("has a name longer than {} bytes", path_segment_bytes_max);
  }
  return std::nullopt;
}

std::string_view kind_in_words(FileKind kind) {
  switch (kind) {
    case FileKind::file:
      return "a file";
    case FileKind::symlink:
      return "a symbolic link";
    case FileKind::folder:
      return "an empty folder";
  }
  return "a file";
}

class Checker {
 public:
  explicit Checker(const Manifest& manifest) : manifest_(manifest) {}

  std::vector<std::string> run() && {
    if (manifest_.entries.size() > manifest_entries_max)
      return {fmt::format("a workspace may have at most {} files, got {}", manifest_entries_max, manifest_.entries.size())};
    for (const ManifestEntry& entry : manifest_.entries) {
      if (!by_path_.emplace(entry.path, &entry).second) problem(entry, "is there twice");
      check_content(entry);
    }
    check_order();
    // Where things lie is looked at last, when every entry is known.
    for (const ManifestEntry& entry : manifest_.entries) {
      if (path_fault(entry.path)) continue;
      check_above(entry);
      if (entry.kind == FileKind::symlink) check_target(entry);
    }
    return std::move(problems_);
  }

 private:
  void problem(const ManifestEntry& entry, std::string_view what) {
    problems_.push_back(fmt::format("{} {}", quoted_path(entry.path), what));
  }

  void check_content(const ManifestEntry& entry) {
    if (const auto fault = path_fault(entry.path)) problem(entry, *fault);
    if (entry.kind != FileKind::file) {
      if (entry.size != 0 || !entry.sha256.empty() || entry.executable)
        problem(entry, fmt::format("is {} but has content", kind_in_words(entry.kind)));
    } else if (!is_sha256(entry.sha256)) {
      problem(entry, "has no SHA-256 of 64 hexadecimal digits");
    } else if (const auto [known, is_new] = sizes_.emplace(entry.sha256, entry.size); !is_new && known->second != entry.size) {
      problem(entry, fmt::format("has {} bytes, but another file with the same content has {}", entry.size, known->second));
    }
    if (entry.kind == FileKind::file && entry.size < 0) problem(entry, fmt::format("has the size {}", entry.size));
    if (entry.size > 0 && entry.size > std::numeric_limits<std::int64_t>::max() - total_)
      problem(entry, "makes the workspace larger than any disk");
    else
      total_ += std::max<std::int64_t>(entry.size, 0);
    if (entry.kind != FileKind::symlink && !entry.target.empty())
      problem(entry, fmt::format("is {} but has the target of a symbolic link", kind_in_words(entry.kind)));
  }

  void check_order() {
    for (std::size_t i = 1; i < manifest_.entries.size(); ++i)
      if (manifest_.entries[i].path < manifest_.entries[i - 1].path)
        problem(manifest_.entries[i],
                fmt::format("stands after {}, expected the order of the paths", quoted_path(manifest_.entries[i - 1].path)));
  }

  void check_above(const ManifestEntry& entry) {
    const std::string_view path = entry.path;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      const auto above = by_path_.find(path.substr(0, slash));
      if (above != by_path_.end())
        problem(entry, fmt::format("lies below {}, which is {}", quoted_path(above->first), kind_in_words(above->second->kind)));
    }
  }

  void check_target(const ManifestEntry& entry) {
    const std::string& target = entry.target;
    if (target.empty()) return problem(entry, "is a symbolic link without a target");
    if (target.find('\0') != std::string::npos) return problem(entry, "has a target with a NUL character");
    if (!is_valid_utf8(target)) return problem(entry, "has a target that is not valid UTF-8");
    if (target.size() > path_bytes_max) return problem(entry, fmt::format("has a target longer than {} bytes", path_bytes_max));
    const LinkEnd end = follow(entry);
    if (end == LinkEnd::outside)
      problem(entry, fmt::format("is a symbolic link that leads outside of the workspace, to {}", quoted_path(target)));
    if (end == LinkEnd::too_far) problem(entry, "cannot be followed: the symbolic links of this workspace are too entangled");
  }

  // Walks the target as the kernel would: a link on the way may lie deeper than what it stands for, so counting ".." in the text is not
  // enough. A loop, or a target that does not exist, leads nowhere and is kept as it is.
  enum class LinkEnd { inside, outside, too_far };
  LinkEnd follow(const ManifestEntry& entry) {
    if (link_budget_ < 0) return LinkEnd::too_far;
    std::string place = above(entry.path);
    std::vector<std::string> ahead;  // the next segment last
    if (!push_target(entry.target, ahead)) return LinkEnd::outside;
    int followed = 0;
    while (!ahead.empty()) {
      const std::string segment = std::move(ahead.back());
      ahead.pop_back();
      link_budget_ -= link_step_bytes + static_cast<std::int64_t>(place.size());
      if (link_budget_ < 0) return LinkEnd::too_far;
      if (segment.empty() || segment == ".") continue;
      if (segment == "..") {
        if (place.empty()) return LinkEnd::outside;
        place = above(place);
        continue;
      }
      if (!place.empty()) place += '/';
      place += segment;
      const auto found = by_path_.find(place);
      if (found == by_path_.end() || found->second->kind != FileKind::symlink) continue;
      if (++followed > symlinks_followed_max) return LinkEnd::inside;
      place = above(place);
      if (!push_target(found->second->target, ahead)) return LinkEnd::outside;
    }
    return LinkEnd::inside;
  }

  static std::string above(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
  }

  bool push_target(const std::string& target, std::vector<std::string>& ahead) {
    if (target.starts_with('/')) return false;
    link_budget_ -= link_target_factor * static_cast<std::int64_t>(target.size());
    std::vector<std::string> segments = split(target, '/');
    ahead.insert(ahead.end(), std::make_move_iterator(segments.rbegin()), std::make_move_iterator(segments.rend()));
    return true;
  }

  const Manifest& manifest_;
  std::vector<std::string> problems_;
  std::unordered_map<std::string_view, const ManifestEntry*> by_path_;
  std::unordered_map<std::string_view, std::int64_t> sizes_;
  std::int64_t total_ = 0;
  std::int64_t link_budget_ = link_work_max;
};

}  // namespace

void sort_by_path(Manifest& manifest) {
  std::sort(manifest.entries.begin(), manifest.entries.end(),
            [](const ManifestEntry& left, const ManifestEntry& right) { return left.path < right.path; });
}

std::vector<std::string> problems_of(const Manifest& manifest) {
  return Checker(manifest).run();
}

std::string canonical_text(const Manifest& manifest) {
  std::string out = "tamarack manifest 1\n";
  for (const ManifestEntry& entry : manifest.entries) {
    const char letter = entry.kind == FileKind::file ? 'f' : entry.kind == FileKind::symlink ? 'l' : 'd';
    fmt::format_to(std::back_inserter(out), "{}{} {} {} {}:{} {}:{}\n", letter, entry.executable ? 'x' : '-', entry.size,
                   entry.sha256.empty() ? "-" : entry.sha256, entry.path.size(), entry.path, entry.target.size(), entry.target);
  }
  return out;
}

std::string manifest_id(const Manifest& manifest) {
  return sha256_hex(canonical_text(manifest));
}

std::int64_t total_bytes(const Manifest& manifest) {
  std::int64_t total = 0;
  for (const ManifestEntry& entry : manifest.entries) total += entry.size;
  return total;
}

std::map<std::string, const ManifestEntry*> contents_of(const Manifest& manifest) {
  std::map<std::string, const ManifestEntry*> contents;
  for (const ManifestEntry& entry : manifest.entries)
    if (entry.kind == FileKind::file) contents.emplace(entry.sha256, &entry);
  return contents;
}

std::string quoted_path(std::string_view path) {
  constexpr std::size_t shown_max = 300;
  std::string out = "'";
  const std::string_view shown = path.substr(0, shown_max);
  const bool is_text = is_valid_utf8(shown);  // cut inside of a character it is not, and then it is written in numbers
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_text))
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    else
      out += c;
  }
  return out + (path.size() > shown_max ? "…'" : "'");
}

}  // namespace tamarack::domain
