// Keeps what one invocation left behind: bytes into the artifact store on a background thread, a fact for each. What the framework reports
// itself comes first; the same file or the same bytes found by the watcher are not told a second time.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "agent/worker_machine.h"
#include "artifact/artifact_store.h"
#include "io/loop.h"

namespace tamarack::agent {

// [artifacts] bytes_max, shared by all invocations of an agent. Equal bytes count once, as they are stored.
struct ArtifactBudget {
  std::int64_t bytes_max = 0;  // 0: no limit
  std::int64_t bytes_kept = 0;
  std::set<std::string> kept;  // sha256
  std::function<void(const std::string& message)> warn;
  bool warned = false;
};

class ArtifactKeeper {
 public:
  struct Callbacks {
    std::function<void(const Fact&)> on_fact;
    io::Callback on_idle;  // nothing is being stored any more
  };
  // The store is held by what is being stored: the keeper and all of its run may be gone before a large file is copied.
  ArtifactKeeper(io::Loop& loop, std::shared_ptr<artifact::ArtifactStore> store, ArtifactBudget& budget, std::string attempt_dir,
                 Callbacks callbacks);

  // An attachment the framework named; `body` when it sent the bytes themselves.
  void reported(domain::TestIndex test, int retry, domain::Attachment attachment, const std::string& body);
  // A file the watcher found: stored at once, told when its test is over, because until then the framework may report it itself.
  void found(domain::TestIndex test, int retry, domain::Attachment attachment);
  void test_began(domain::TestIndex test) { in_flight_.insert(test); }
  void test_ended(domain::TestIndex test);
  bool is_idle() const { return pending_ == 0; }

 private:
  using Key = std::tuple<domain::TestIndex, int, std::string>;  // one execution of a test, and a path or a hash
  void store(domain::Attachment attachment, std::function<void(domain::Attachment)> done);
  bool has_room(domain::Attachment& attachment);
  void tell_found();

  io::Loop& loop_;
  std::shared_ptr<artifact::ArtifactStore> store_;
  ArtifactBudget& budget_;
  std::string attempt_dir_;
  Callbacks callbacks_;
  std::set<std::tuple<domain::TestIndex, int, std::string, std::string>>
      reported_;  // with a line of its own, and again in the test's report
  std::set<Key> told_paths_;
  std::set<Key> told_hashes_;
  std::set<Key> found_hashes_;
  std::vector<ArtifactKept> found_;  // stored, not told yet
  std::set<domain::TestIndex> in_flight_;
  int bodies_ = 0;
  int pending_ = 0;
  int pending_reported_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// By the ending of the name; what is unknown is bytes.
std::string content_type_of(const std::string& path);

}  // namespace tamarack::agent
