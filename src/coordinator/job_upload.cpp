#include "coordinator/job_upload.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "artifact/workspace/hash_cache.h"
#include "base/text.h"
#include "coordinator/multipart.h"
#include "io/crypto.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::coordinator {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t name_bytes_max = 200;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Result<File> open(const std::string& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), std::fclose);
  if (!file) return make_error(ErrorCode::io, "an upload cannot be opened on the server's disk");
  return file;
}

// The file of the form, in a file of its own.
Result<std::string> extract(const Upload& upload, const std::string& target) {
  const std::string boundary = TRY(multipart_boundary(upload.content_type));
  const File from = TRY(open(upload.path, "rbe"));
  const File to = TRY(open(target, "wbe"));
  bool is_written = true;
  MultipartFile form(boundary, "file", [&](std::string_view piece) {
    is_written = is_written && std::fwrite(piece.data(), 1, piece.size(), to.get()) == piece.size();
  });
  std::string buffer(piece_bytes, '\0');
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), from.get()))
    TRY_VOID(form.feed(std::string_view(buffer).substr(0, count)));
  is_written = is_written && std::fflush(to.get()) == 0;
  if (!is_written || std::ferror(from.get()) != 0) return make_error(ErrorCode::io, "an upload cannot be written on the server's disk");
  TRY_VOID(form.end());
  return form.file_name();
}

Result<wire::BlobPlace> store(artifact::BlobStore& blobs, const std::string& project, const std::string& path, const std::string& name) {
  const std::string sha256 = TRY(artifact::sha256_of_file(path));
  const auto look = TRY(io::look_at_entry(path));
  wire::BlobPlace place{.blob = sha256, .name = plain_file_name(name), .bytes = look ? look->size : 0};
  if (blobs.renew(project, sha256)) return place;
  const Result<> stored = blobs.finish(project, sha256, path);
  // The same bytes may have come from somebody else a moment before.
  if (!stored && !blobs.has(project, sha256)) return stored.error();
  return place;
}

}  // namespace

Result<std::string> upload_path(artifact::BlobStore& blobs, const std::string& project) {
  return blobs.partial_path(project, io::sha256_text(io::random_bytes(32)));
}

Result<wire::BlobPlace> take_upload(artifact::BlobStore& blobs, const Upload& upload) {
  if (!io::exists(upload.path)) TRY_VOID(io::write_file(upload.path, ""));
  const bool is_form = starts_with_ignoring_case(trim(upload.content_type), "multipart/form-data");
  std::string path = upload.path;
  std::string name = upload.name;
  Result<> extracted;
  if (is_form) {
    path = TRY(upload_path(blobs, upload.project));
    const auto of_form = extract(upload, path);
    (void)io::remove_tree(upload.path).has_value();
    if (!of_form) extracted = of_form.error();
    if (of_form && !of_form->empty()) name = *of_form;
  }
  auto place = extracted ? store(blobs, upload.project, path, name) : Result<wire::BlobPlace>(extracted.error());
  (void)io::remove_tree(path).has_value();
  return place;
}

std::string plain_file_name(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string plain;
  for (const char c : to_valid_utf8(name))
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && plain.size() < name_bytes_max) plain += c;
  plain = to_valid_utf8(plain);
  return plain.empty() || plain == "." || plain == ".." ? "input" : plain;
}

}  // namespace tamarack::coordinator
