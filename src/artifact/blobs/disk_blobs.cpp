#include "artifact/blobs/disk_blobs.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "artifact/workspace/content_store.h"
#include "base/sha256.h"
#include "base/text.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::artifact {
namespace {

constexpr std::size_t folder_name_max = 100;

class DiskBlobs final : public BlobStore {
 public:
  explicit DiskBlobs(std::string folder) : folder_(std::move(folder)) {}

  bool has(const std::string& project, const std::string& sha256) override {
    const auto contents = contents_of(project);
    return contents && (*contents)->has(sha256);
  }
  Result<std::string> locate(const std::string& project, const std::string& sha256) override {
    return TRY(contents_of(project))->locate(sha256);
  }
  Result<std::string> partial_path(const std::string& project, const std::string& sha256) override {
    if (!is_sha256(sha256))
      return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is not a SHA-256 of 64 hexadecimal digits", sha256));
    const std::string folder = folder_ + "/" + folder_name_of(project) + "/uploads";
    TRY_VOID(io::make_directories(folder));
    return folder + "/" + sha256;
  }
  std::int64_t partial_bytes(const std::string& project, const std::string& sha256) override {
    const auto path = partial_path(project, sha256);
    const auto look = path ? io::look_at_entry(*path) : Result<std::optional<io::EntryLook>>(std::nullopt);
    return look && *look ? (*look)->size : 0;
  }
  Result<> finish(const std::string& project, const std::string& sha256) override {
    const std::string path = TRY(partial_path(project, sha256));
    ContentStore* contents = TRY(contents_of(project));
    // Others may be writing to the same upload. What becomes the blob is a copy that nobody else has, and the copy is what is verified.
    std::string copy;
    {
      const std::scoped_lock lock(opening_);
      copy = contents->incoming_path();
    }
    TRY_VOID(io::clone_file(path, copy, false));
    const Result<> stored = contents->put(sha256, copy);
    TRY_VOID(io::remove_entry(path));
    if (!stored) TRY_VOID(io::remove_entry(copy));
    return stored;
  }

 private:
  Result<ContentStore*> contents_of(const std::string& project) {
    const std::scoped_lock lock(opening_);
    const auto known = contents_.find(project);
    if (known != contents_.end()) return known->second.get();
    auto opened = TRY(ContentStore::open(folder_ + "/" + folder_name_of(project) + "/contents"));
    return (contents_[project] = std::make_unique<ContentStore>(std::move(opened))).get();
  }

  std::string folder_;
  std::mutex opening_;
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
