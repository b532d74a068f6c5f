#include "artifact/blobs/disk_blobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "artifact/workspace/content_store.h"
#include "base/sha256.h"
#include "base/text.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::artifact {
namespace {

constexpr std::size_t folder_name_max = 100;
constexpr Millis renewed_within{3600'000};  // a younger one is not written to

Millis age_of(const io::EntryLook& look) {
  return Millis{(io::wall_clock_ns() - look.changed_ns) / 1'000'000};
}

int hex_digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// What folder_name_of made of it; nothing when the name was cut, or is of another making.
std::optional<std::string> project_of(const std::string& folder) {
  if (folder.size() > folder_name_max) return std::nullopt;
  std::string project;
  for (std::size_t i = 0; i < folder.size(); ++i) {
    if (folder[i] != '%') {
      project += folder[i];
      continue;
    }
    const int high = i + 2 < folder.size() ? hex_digit(folder[i + 1]) : -1;
    const int low = i + 2 < folder.size() ? hex_digit(folder[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    project += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return project;
}

class DiskBlobs final : public BlobStore {
 public:
  explicit DiskBlobs(std::string folder) : folder_(std::move(folder)) {}

  bool has(const std::string& project, const std::string& sha256) override {
    if (!is_here(project)) return false;
    const auto contents = contents_of(project);
    return contents && (*contents)->has(sha256);
  }
  Result<std::string> locate(const std::string& project, const std::string& sha256) override {
    if (!is_here(project)) return make_error(ErrorCode::not_found, fmt::format("project '{}' has sent nothing", project));
    return TRY(contents_of(project))->locate(sha256);
  }
  Result<std::string> partial_path(const std::string& project, const std::string& sha256) override {
    if (!is_sha256(sha256))
      return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is not a SHA-256 of 64 hexadecimal digits", sha256));
    const std::string folder = folder_of(project) + "/uploads";
    TRY_VOID(io::make_directories(folder));
    return folder + "/" + sha256;
  }
  std::int64_t partial_bytes(const std::string& project, const std::string& sha256) override {
    if (!is_sha256(sha256)) return 0;
    const auto look = io::look_at_entry(folder_of(project) + "/uploads/" + sha256);
    return look && *look ? (*look)->size : 0;
  }
  Result<> finish(const std::string& project, const std::string& sha256, const std::string& file) override {
    ContentStore* contents = TRY(contents_of(project));
    // Somebody may still write to the upload. What becomes the blob is a copy that nobody else has, and the copy is what is verified.
    std::string copy;
    {
      const std::scoped_lock lock(opening_);
      copy = contents->incoming_path();
    }
    TRY_VOID(io::clone_file(file, copy, false));
    const Result<> stored = contents->put(sha256, copy);
    TRY_VOID(io::remove_entry(file));
    if (!stored) TRY_VOID(io::remove_entry(copy));
    return stored;
  }

  bool renew(const std::string& project, const std::string& sha256) override {
    const std::scoped_lock lock(using_);
    const auto path = locate(project, sha256);
    if (!path) return false;
    const auto look = io::look_at_entry(*path);
    // Setting the mode that it has already is what moves the time of its last change.
    return look && *look && (age_of(**look) < renewed_within || io::make_read_only(*path));
  }
  std::vector<std::string> projects() override {
    std::vector<std::string> found;
    const auto folders = io::list_directory(folder_);
    for (const std::string& folder : folders ? *folders : std::vector<std::string>{})
      if (auto project = project_of(folder); project && folder_name_of(*project) == folder) found.push_back(std::move(*project));
    const std::scoped_lock lock(opening_);
    for (const auto& [project, contents] : contents_)
      if (std::find(found.begin(), found.end(), project) == found.end()) found.push_back(project);
    std::sort(found.begin(), found.end());
    return found;
  }
  Result<std::vector<HeldBlob>> list(const std::string& project, int slice) override {
    const std::string prefix = fmt::format("{:02x}", slice);
    std::vector<HeldBlob> held;
    if (const std::string folder = folder_of(project) + "/contents/" + prefix; io::is_directory(folder))
      for (const io::TreeEntry& entry : TRY(io::list_tree(folder, [](const std::string&) { return false; })))
        if (entry.look.kind == io::EntryKind::file && is_sha256(prefix + entry.path))
          held.push_back({prefix + entry.path, entry.look.size, age_of(entry.look)});
    return held;
  }
  Result<bool> remove_unused(const std::string& project, const std::string& sha256, Millis unused_for) override {
    const std::scoped_lock lock(using_);
    const auto path = locate(project, sha256);
    if (!path && path.error().code != ErrorCode::not_found) return path.error();
    if (!path) return true;
    const auto look = TRY(io::look_at_entry(*path));
    if (look && age_of(*look) < unused_for) return false;
    TRY_VOID(io::remove_entry(*path));
    return true;
  }
  Result<std::int64_t> clear_uploads(const std::string& project, Millis quiet_for) override {
    std::int64_t left = 0;
    const std::string folder = folder_of(project) + "/uploads";
    if (!io::is_directory(folder)) return left;
    for (const io::TreeEntry& entry : TRY(io::list_tree(folder, [](const std::string&) { return false; }))) {
      if (age_of(entry.look) < quiet_for)
        left += entry.look.size;
      else
        TRY_VOID(io::remove_entry(folder + "/" + entry.path));
    }
    return left;
  }

 private:
  std::string folder_of(const std::string& project) const { return folder_ + "/" + folder_name_of(project); }
  bool is_here(const std::string& project) const { return io::is_directory(folder_of(project) + "/contents"); }
  Result<ContentStore*> contents_of(const std::string& project) {
    const std::scoped_lock lock(opening_);
    const auto known = contents_.find(project);
    if (known != contents_.end()) return known->second.get();
    auto opened = TRY(ContentStore::open(folder_ + "/" + folder_name_of(project) + "/contents"));
    return (contents_[project] = std::make_unique<ContentStore>(std::move(opened))).get();
  }

  std::string folder_;
  std::mutex opening_;
  std::mutex using_;  // what is renewed is not taken away at the same moment
  std::map<std::string, std::unique_ptr<ContentStore>> contents_;
};

}  // namespace

std::string folder_name_of(std::string_view project) {
  std::string name;
  for (const char c : project) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  if (name.size() <= folder_name_max) return name;
  return name.substr(0, folder_name_max) + "%" + sha256_hex(project).substr(0, 16);
}

Result<std::unique_ptr<BlobStore>> open_disk_blobs(const std::string& folder) {
  TRY_VOID(io::make_directories(folder));
  return std::unique_ptr<BlobStore>(std::make_unique<DiskBlobs>(folder));
}

}  // namespace tamarack::artifact
