// The port to stored artifacts: bytes by their SHA-256. The same screenshot is stored once, whoever took it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tamarack::artifact {

struct Stored {
  std::string sha256;
  std::int64_t size = 0;
};

class ArtifactStore {
 public:
  virtual ~ArtifactStore() = default;
  // Thread-safe. Keeps a copy (or a hard link) of the file.
  virtual Result<Stored> keep(const std::string& path) = 0;
  // Where the bytes can be read: an absolute path.
  virtual Result<std::string> locate(const std::string& sha256) = 0;
};

}  // namespace tamarack::artifact
