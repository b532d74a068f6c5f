#include "artifact/disk/disk_artifact_store.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <atomic>
#include <cstdio>
#include <memory>

#include "base/sha256.h"
#include "io/files.h"
#include "io/machine.h"

namespace tamarack::artifact {
namespace {

class DiskArtifactStore final : public ArtifactStore {
 public:
  explicit DiskArtifactStore(std::string folder) : folder_(std::move(folder)) {}

  Result<Stored> keep(const std::string& path) override {
    // A copy of our own and not a hard link: the next test may write over its screenshot in place. The copy is what is hashed, so a
    // file that changes meanwhile is still stored under its true name. Two threads may keep the same bytes: the rename decides.
    const std::string copy = fmt::format("{}/incoming.{}.{}", folder_, io::process_id(), ++counter_);
    const auto copied = io::copy_file(path, copy);
    if (!copied) return copied.error();
    Result<Stored> stored = hash_file(copy);
    if (stored) {
      const std::string target = path_of(stored->sha256);
      if (const auto made = io::make_directories(io::parent_path(target)); !made)
        stored = made.error();
      else if (std::rename(copy.c_str(), target.c_str()) != 0)
        stored = make_error(ErrorCode::io, "cannot store '" + path + "' in '" + folder_ + "'");
    }
    if (!stored) std::remove(copy.c_str());
    return stored;
  }

  Result<std::string> locate(const std::string& sha256) override {
    // Hashes come from journals, and into those from other machines.
    std::string path = is_sha256(sha256) ? path_of(sha256) : std::string{};
    if (path.empty() || !io::exists(path)) return make_error(ErrorCode::not_found, "artifact '" + sha256 + "' is not stored here");
    return path;
  }

 private:
  std::string path_of(const std::string& sha256) const { return folder_ + "/" + sha256.substr(0, 2) + "/" + sha256.substr(2); }

  std::string folder_;
  std::atomic<int> counter_ = 0;
};

}  // namespace

Result<Stored> hash_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) return make_error(ErrorCode::not_found, "cannot read the artifact '" + path + "'");
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  Stored stored;
  std::string buffer(1 << 16, '\0');
  for (std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get()); count > 0;
       count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    EVP_DigestUpdate(digest.get(), buffer.data(), count);
    stored.size += static_cast<std::int64_t>(count);
  }
  if (std::ferror(file.get()) != 0) return make_error(ErrorCode::io, "cannot read the artifact '" + path + "'");
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(digest.get(), bytes, &length);
  for (unsigned int i = 0; i < length; ++i) stored.sha256 += fmt::format("{:02x}", bytes[i]);
  return stored;
}

Result<std::unique_ptr<ArtifactStore>> open_disk_store(const std::string& folder) {
  TRY_VOID(io::make_directories(folder));
  return std::unique_ptr<ArtifactStore>(std::make_unique<DiskArtifactStore>(folder));
}

}  // namespace tamarack::artifact
