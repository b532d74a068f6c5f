// Picks up the files of [artifacts] watch when they have settled, and says which test left them. One per agent: the watched folders belong
// to the suite, which all of its workers share. Decides nothing itself: settle.h knows when, file_owner.h whose, watch_patterns.h which.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/file_owner.h"
#include "agent/settings.h"
#include "agent/settle.h"
#include "agent/watch_patterns.h"
#include "io/loop.h"
#include "io/tree_watch.h"

namespace tamarack::agent {

struct WatchedFile {
  domain::TestIndex test;
  int retry = 0;
  std::string path;  // absolute
  std::string name;  // relative to the suite, with a note when several tests may have written it
};

class ArtifactWatch {
 public:
  using OnFile = std::function<void(const WatchedFile&)>;
  // Files that exist now are not picked up unless they change.
  ArtifactWatch(io::Loop& loop, io::Inotify& inotify, const Clock& clock, const AgentSettings& settings, const domain::Plan& plan,
                std::function<void(const std::string&)> on_trouble);

  // A lease begins: its tests may write files from here on.
  int open(std::vector<domain::TestIndex> tests, OnFile on_file);
  void began(int lease, domain::TestIndex test, int retry, Instant at) { owners_.began(lease, test, retry, at); }
  void ended(int lease, domain::TestIndex test, int retry, Instant at) { owners_.ended(lease, test, retry, at); }
  // Its processes are gone: hands over what they left, settled or not, before this returns.
  void close(int lease);
  // Nothing of it is wanted any more.
  void forget(int lease);

 private:
  void heard(const std::string& path, io::TreeWatch::Change change);
  void look_at_what_is_due();
  void wait();
  void hand_over(const std::string& path, const std::vector<FileOwner>& owners);
  std::vector<FileOwner> owners_of(const std::string& path) const;

  io::Loop& loop_;
  io::Inotify& inotify_;
  const Clock& clock_;
  std::string root_;
  WatchPatterns patterns_;
  Settle settle_;
  FileOwners owners_;
  Instant began_;
  bool listing_first_ = true;
  int last_lease_ = 0;
  std::map<int, OnFile> leases_;
  io::Timer timer_;
  std::optional<Instant> timer_at_;
  std::unique_ptr<io::TreeWatch> tree_;  // last: it calls back while it is built
};

}  // namespace tamarack::agent
