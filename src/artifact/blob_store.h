// The port to what is sent to a server: bytes that were promised under their SHA-256, per project. What one project sent is not there for
// another, not even as the knowledge that it exists. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tamarack::artifact {

struct HeldBlob {
  std::string sha256;
  std::int64_t bytes = 0;
  Millis unused{0};  // since it was stored or renewed
};

class BlobStore {
 public:
  static constexpr int slices = 256;
  virtual ~BlobStore() = default;

  // Looking makes nothing: a project that nobody has sent anything to leaves no trace.
  virtual bool has(const std::string& project, const std::string& sha256) = 0;
  // Where the bytes can be read: an absolute path. `not_found`.
  virtual Result<std::string> locate(const std::string& project, const std::string& sha256) = 0;
  // The file in which an upload is gathered; its folder exists. What is left of an interrupted one stays for the next try.
  virtual Result<std::string> partial_path(const std::string& project, const std::string& sha256) = 0;
  virtual std::int64_t partial_bytes(const std::string& project, const std::string& sha256) = 0;
  // The upload in this file, which partial_path() gave for some hash, is complete: it becomes the blob if its bytes have this one.
  // Otherwise `corrupt`. The file is gone either way.
  virtual Result<> finish(const std::string& project, const std::string& sha256, const std::string& file) = 0;

  // ---- for those who tidy up
  // True when it is here; it then counts as used at this moment, give or take an hour.
  virtual bool renew(const std::string& project, const std::string& sha256) = 0;
  // Those that have sent something, by name. One whose name is too long for a folder is left out until it sends or is asked for something.
  virtual std::vector<std::string> projects() = 0;
  // A part of its blobs: every blob is in one slice, from 0 on.
  virtual Result<std::vector<HeldBlob>> list(const std::string& project, int slice) = 0;
  // Takes it away if it was not used for so long, whatever was found earlier. True when it is gone.
  virtual Result<bool> remove_unused(const std::string& project, const std::string& sha256, Millis unused_for) = 0;
  // Takes away what is left of uploads that nothing was added to for so long. Returns the bytes of the others.
  virtual Result<std::int64_t> clear_uploads(const std::string& project, Millis quiet_for) = 0;
};

}  // namespace tamarack::artifact
