// The files of a workspace as one value: what an agent on another machine must have to run the tests. Paths are relative to the project's
// root, with '/', in byte order; content is named by its SHA-256. Its own id is the SHA-256 of its canonical form, so two machines with
// the same id have the same files. Refused (check): what could write or lead outside of the folder it is unpacked into, what cannot exist
// at the same time, and names that are not UTF-8, because messages carry text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::domain {

enum class FileKind {
  file,
  symlink,
  folder,  // an empty one: others are there because something is in them
};

struct ManifestEntry {
  std::string path;
  FileKind kind = FileKind::file;
  bool executable = false;  // files only
  std::int64_t size = 0;    // bytes; 0 for what is no file
  std::string sha256;       // 64 lower-case hexadecimal digits; empty for what is no file
  std::string target;       // of a symbolic link, as it stands there
  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

struct Manifest {
  std::vector<ManifestEntry> entries;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

inline constexpr std::size_t manifest_entries_max = 250'000;
inline constexpr std::size_t path_bytes_max = 4'095;        // PATH_MAX without its end
inline constexpr std::size_t path_segment_bytes_max = 255;  // NAME_MAX
inline constexpr std::size_t path_segments_max = 100;

// Brings entries into the order of a manifest.
void sort_by_path(Manifest& manifest);

// Everything that is wrong, each with its path, in the order of the entries; empty for a good manifest.
std::vector<std::string> problems_of(const Manifest& manifest);

// What the id is made from; lengths stand before names, so no name can imitate another line.
std::string canonical_text(const Manifest& manifest);
// SHA-256 of the canonical form, 64 hexadecimal digits.
std::string manifest_id(const Manifest& manifest);

// Bytes of all files; equal contents count every time, as they do on disk.
std::int64_t total_bytes(const Manifest& manifest);

// The distinct contents by hash, each with the first file that has it.
std::map<std::string, const ManifestEntry*> contents_of(const Manifest& manifest);

// A path for a message, in quotes: control characters and what is not UTF-8 are written as \n or \x80.
std::string quoted_path(std::string_view path);

}  // namespace tamarack::domain
