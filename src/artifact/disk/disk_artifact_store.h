// Artifacts below one folder: ab/cdef…, written as a neighbour and renamed, so a half-written one is never found.
#pragma once

#include <memory>

#include "artifact/artifact_store.h"

namespace tamarack::artifact {

Result<std::unique_ptr<ArtifactStore>> open_disk_store(const std::string& folder);

// SHA-256 of a file's bytes, as 64 hexadecimal digits.
Result<Stored> hash_file(const std::string& path);

}  // namespace tamarack::artifact
