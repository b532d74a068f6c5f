// Which steps turn the folder that is there into the one a manifest describes, touching only what differs. Pure: what is there comes as
// values, the steps go out as values.
#pragma once

#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "domain/manifest.h"

namespace tamarack::agent {

struct Present {
  enum class Kind { file, symlink, folder, other };
  std::string path;  // relative, with '/'
  Kind kind = Kind::file;
  bool executable = false;
  std::string sha256;  // of a file; empty: unknown, so it is written anew
  std::string target;  // of a symbolic link
};

struct UnpackStep {
  enum class Kind { remove, make_folder, copy, make_symlink, set_mode };
  Kind kind = Kind::remove;
  std::string path;
  const domain::ManifestEntry* entry = nullptr;  // for copy, make_symlink and set_mode; points into the manifest
};

// The folders that must exist, empty ones too. What lies in no such folder need not be looked at: it goes, or stays, as a whole.
std::unordered_set<std::string> folders_of(const domain::Manifest& manifest);

// `present` holds what lies in those folders that exist. `kept` are paths that stay although the manifest does not know them: what the
// setup command made. In the order in which they work: removals, folders from the outside in, then content.
std::vector<UnpackStep> plan_unpack(const domain::Manifest& manifest, const std::vector<Present>& present,
                                    const std::set<std::string>& kept);

// What lies there and is not the manifest's: folders as a whole, not what is in them.
std::set<std::string> strays_of(const domain::Manifest& manifest, const std::vector<Present>& present);

}  // namespace tamarack::agent
