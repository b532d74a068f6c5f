// The input of a job that was uploaded: from the file in which the request's body was gathered into the blobs of its project. The body may
// be the bytes themselves, or a form with the field `file`. Blocking work: beside the loop.
#pragma once

#include <string>

#include "artifact/blob_store.h"
#include "base/result.h"
#include "wire/flow_api.h"

namespace tamarack::coordinator {

// A file in which a body may be gathered before its hash is known; what is left of an interrupted one is tidied up with the uploads.
Result<std::string> upload_path(artifact::BlobStore& blobs, const std::string& project);

struct Upload {
  std::string project;
  std::string path;          // as upload_path() gave it; no such file: nothing was sent
  std::string content_type;  // of the request
  std::string name;          // as the caller calls it; a form's own file name goes before
};
// `invalid_argument` when a form has no such field or was cut.
Result<wire::BlobPlace> take_upload(artifact::BlobStore& blobs, const Upload& upload);

// The last part of a path, of plain characters, at most 200 bytes; "input" when nothing is left.
std::string plain_file_name(std::string_view name);

}  // namespace tamarack::coordinator
