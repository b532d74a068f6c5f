// The contents of workspaces on one machine, by their SHA-256, below one folder: ab/cdef…. What is in it is what its name says: bytes are
// verified before they get their name, files are read-only, and a half-received one is never found. The port of artifacts
// (artifact_store.h) is another thing: it names what it is given, this refuses what does not have the name that was promised, and it
// can let go of what nobody needs any more. One process at a time; put() and what only looks may be called from several threads.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/manifest.h"

namespace tamarack::artifact {

class ContentStore {
 public:
  // Creates the folder. Takes away what a killed process left half-received.
  static Result<ContentStore> open(const std::string& folder);

  struct Missing {
    std::string sha256;
    std::int64_t size = 0;  // bytes
    std::string path;       // of the first file with this content, for a person and for a sender that has the tree
  };
  // The contents of a manifest that are not here, each once, ordered by hash.
  std::vector<Missing> missing(const domain::Manifest& manifest) const;
  bool has(const std::string& sha256) const;

  // A path on the same disk into which bytes can be received before put(). New at every call.
  std::string incoming_path();

  // Takes the file away (moves it in) if its bytes have this hash. `corrupt` when they do not: the file stays where it is and nothing is
  // stored. `invalid_argument` for what is no hash.
  Result<> put(const std::string& sha256, const std::string& file);

  // Where to read it, or `not_found`.
  Result<std::string> locate(const std::string& sha256) const;
  // It turned out not to be what its name says (a bad disk, a person): the next missing() names it again.
  void drop(const std::string& sha256);

  // Removes what is not in `needed` and has been here for longer than the given time. Returns the bytes that became free.
  Result<std::int64_t> remove_unneeded(const std::set<std::string>& needed, std::int64_t older_than_ms);

 private:
  explicit ContentStore(std::string folder) : folder_(std::move(folder)) {}
  std::string path_of(const std::string& sha256) const;

  std::string folder_;
  std::int64_t received_ = 0;
};

}  // namespace tamarack::artifact
