// The port to what is sent to a server: bytes that were promised under their SHA-256, per project. What one project sent is not there for
// another, not even as the knowledge that it exists. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tamarack::artifact {

class BlobStore {
 public:
  virtual ~BlobStore() = default;

  virtual bool has(const std::string& project, const std::string& sha256) = 0;
  // Where the bytes can be read: an absolute path. `not_found`.
  virtual Result<std::string> locate(const std::string& project, const std::string& sha256) = 0;
  // The file in which an upload is gathered; its folder exists. What is left of an interrupted one stays for the next try.
  virtual Result<std::string> partial_path(const std::string& project, const std::string& sha256) = 0;
  virtual std::int64_t partial_bytes(const std::string& project, const std::string& sha256) = 0;
  // The upload is complete: it becomes the blob if its bytes have this hash. Otherwise `corrupt`, and it is gone.
  virtual Result<> finish(const std::string& project, const std::string& sha256) = 0;
};

}  // namespace tamarack::artifact
