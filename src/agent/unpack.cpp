#include "agent/unpack.h"

#include <fmt/format.h>

#include <unordered_map>

#include "artifact/workspace/hash_cache.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::agent {
namespace {

using artifact::HashCache;
using domain::FileKind;
using domain::Manifest;
using domain::ManifestEntry;

Present::Kind kind_of(io::EntryKind kind) {
  switch (kind) {
    case io::EntryKind::file:
      return Present::Kind::file;
    case io::EntryKind::symlink:
      return Present::Kind::symlink;
    case io::EntryKind::folder:
      return Present::Kind::folder;
    case io::EntryKind::other:
      return Present::Kind::other;
  }
  return Present::Kind::other;
}

Result<std::vector<io::TreeEntry>> list_known_folders(const Manifest& manifest, const std::string& tree) {
  const std::unordered_set<std::string> folders = folders_of(manifest);
  return io::list_tree(tree, [&](const std::string& folder) { return folders.contains(folder); });
}

class Unpacking {
 public:
  Unpacking(const Manifest& manifest, artifact::ContentStore& contents, const UnpackTask& task)
      : manifest_(manifest), contents_(contents), task_(task), stamps_(HashCache::load(task.stamps_file)) {}

  Result<UnpackReport> run() && {
    TRY_VOID(io::make_directories(task_.tree));
    const std::vector<Present> present = TRY(look());
    for (const UnpackStep& step : plan_unpack(manifest_, present, task_.kept)) {
      if (task_.go_on && !task_.go_on()) return make_error(ErrorCode::cancelled, "unpacking was stopped");
      TRY_VOID(obey(step));
      ++report_.steps;
    }
    TRY_VOID(remember());
    report_.files_read = stamps_.files_read();
    return report_;
  }

 private:
  std::string at(const std::string& path) const { return task_.tree + "/" + path; }

  Result<std::vector<Present>> look() {
    std::unordered_map<std::string_view, const ManifestEntry*> files;
    for (const ManifestEntry& entry : manifest_.entries)
      if (entry.kind == FileKind::file) files.emplace(entry.path, &entry);
    std::vector<Present> present;
    for (io::TreeEntry& entry : TRY(list_known_folders(manifest_, task_.tree))) {
      Present there{.path = entry.path, .kind = kind_of(entry.look.kind), .executable = entry.look.executable};
      const auto wanted = files.find(entry.path);
      if (there.kind == Present::Kind::symlink) {
        there.target = TRY(io::read_symlink(at(entry.path)));
      } else if (there.kind == Present::Kind::file && wanted != files.end() && wanted->second->size == entry.look.size) {
        // One that cannot be read is not known, and is written anew.
        if (Result<std::string> sha256 = stamps_.hash(task_.tree, entry.path, entry.look)) there.sha256 = std::move(*sha256);
      }
      present.push_back(std::move(there));
    }
    return present;
  }

  Result<> obey(const UnpackStep& step) {
    switch (step.kind) {
      case UnpackStep::Kind::remove:
        ++report_.removed;
        return io::remove_entry(at(step.path));
      case UnpackStep::Kind::make_folder:
        return io::make_folder(at(step.path));
      case UnpackStep::Kind::copy:
        return copy(*step.entry);
      case UnpackStep::Kind::make_symlink:
        written_.push_back(step.entry);
        return io::make_symlink(step.entry->target, at(step.path));
      case UnpackStep::Kind::set_mode:
        written_.push_back(step.entry);
        return io::set_executable(at(step.path), step.entry->executable);
    }
    return {};
  }

  Result<> copy(const ManifestEntry& entry) {
    const std::string source = TRY(contents_.locate(entry.sha256));
    const std::int64_t bytes = TRY(io::clone_file(source, at(entry.path), entry.executable));
    if (bytes != entry.size) {
      contents_.drop(entry.sha256);
      TRY_VOID(io::remove_entry(at(entry.path)));
      return make_error(
          ErrorCode::corrupt,
          fmt::format("the stored content of {} has {} bytes, expected {}", domain::quoted_path(entry.path), bytes, entry.size),
          "it was removed from this machine and has to be sent again");
    }
    ++report_.files_written;
    report_.bytes_written += bytes;
    written_.push_back(&entry);
    return {};
  }

  // Last, when the clock has moved on since most of them were written: see hash_cache.h.
  Result<> remember() {
    for (const ManifestEntry* entry : written_) {
      if (entry->kind != FileKind::file) continue;
      const std::optional<io::EntryLook> look = TRY(io::look_at_entry(at(entry->path)));
      if (look) stamps_.learn(entry->path, *look, entry->sha256);
    }
    stamps_.forget_untouched();
    if (!stamps_.is_changed()) return {};
    return stamps_.save(task_.stamps_file);
  }

  const Manifest& manifest_;
  artifact::ContentStore& contents_;
  const UnpackTask& task_;
  HashCache stamps_;
  std::vector<const ManifestEntry*> written_;
  UnpackReport report_;
};

}  // namespace

Result<UnpackReport> unpack(const Manifest& manifest, artifact::ContentStore& contents, const UnpackTask& task) {
  // Who decoded it has looked already. This is the last place before files are written, and it costs milliseconds.
  const std::vector<std::string> problems = domain::problems_of(manifest);
  if (!problems.empty()) return make_error(ErrorCode::invalid_argument, "the manifest is refused: " + problems.front());
  return Unpacking(manifest, contents, task).run();
}

Result<std::set<std::string>> find_strays(const Manifest& manifest, const std::string& tree) {
  std::vector<Present> present;
  for (io::TreeEntry& entry : TRY(list_known_folders(manifest, tree)))
    present.push_back({.path = std::move(entry.path), .kind = kind_of(entry.look.kind)});
  return strays_of(manifest, present);
}

}  // namespace tamarack::agent
