// Blobs over HTTP: what is missing, uploads that go on where they were cut, downloads, and links for browsers that open one blob for a
// while.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class BlobRoutes {
 public:
  explicit BlobRoutes(ServerParts& parts) : parts_(parts) {}

  // Where the bytes of an upload go. Machines of one CI job often send the same content at once: each writes to a file of its own. The
  // first one's is the one that is gone on with when it is cut.
  io::Admission admit_upload(const io::RequestHead& head, const std::string& project, const std::string& sha256);
  void handle(const Call& call);

  // "/blobs/shop/ab12…/shot.png?expires=…&signature=…"; empty without a signing key.
  std::string link_to(const std::string& project, const std::string& sha256, const std::string& name) const;
  // The signed link itself: no token is asked for.
  void open_link(const Call& call);
  // Uploads whose bytes were not what their name says, since the start.
  std::uint64_t refused() const { return refused_; }

 private:
  using Upload = std::pair<std::string, std::string>;  // project and SHA-256

  void missing(const Call& call);
  void uploaded(const Call& call);
  void send(const Call& call, const std::string& content_type);

  ServerParts& parts_;
  std::uint64_t refused_ = 0;
  std::shared_ptr<std::set<Upload>> uploading_ = std::make_shared<std::set<Upload>>();  // those that may be gone on with
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
