// Blobs on a disk: FOLDER/<project>/ holds a content store, and the uploads under way beside it.
#pragma once

#include <memory>
#include <string>

#include "artifact/blob_store.h"

namespace tamarack::artifact {

// Creates the folder. One process at a time.
Result<std::unique_ptr<BlobStore>> open_disk_blobs(const std::string& folder);

// A project's name as the name of a folder: letters, digits, '-' and '_' stay, the rest becomes %XX; a long one is cut and told apart by
// its hash.
std::string folder_name_of(std::string_view project);

}  // namespace tamarack::artifact
