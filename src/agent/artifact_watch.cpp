#include "agent/artifact_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "io/files.h"

namespace tamarack::agent {
namespace {

std::vector<std::string> absolute_patterns(const std::string& root, const std::vector<std::string>& globs) {
  std::vector<std::string> patterns;
  for (const std::string& glob : globs) {
    std::string pattern = io::join_path(root, glob);
    while (pattern.size() > 1 && pattern.ends_with('/')) pattern.pop_back();  // "shots/" is the folder
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

// The suite's own folder, so that a watched folder that is removed and made again is found; else the deepest one that exists above.
std::string top_of(const std::string& root, std::string folder) {
  if (folder == root || folder.starts_with(root + "/")) return root;
  do folder = io::parent_path(folder);
  while (folder.size() > 1 && !io::is_directory(folder));
  return folder.empty() ? "/" : folder;
}

FileEvent event_of(io::TreeWatch::Change change) {
  switch (change) {
    case io::TreeWatch::Change::closed:
      return FileEvent::closed;
    case io::TreeWatch::Change::moved_in:
      return FileEvent::moved_in;
    case io::TreeWatch::Change::listed:
      return FileEvent::found;
    case io::TreeWatch::Change::written:
    case io::TreeWatch::Change::gone:
      break;
  }
  return FileEvent::written;
}

std::optional<Look> look_at(const std::string& path) {
  const auto found = io::look_at(path);
  return found ? std::optional(Look{found->size, found->modified_ns}) : std::nullopt;
}

Instant instant_of(std::int64_t nanoseconds) {
  return from_ms(nanoseconds / 1'000'000);
}

}  // namespace

ArtifactWatch::ArtifactWatch(io::Loop& loop, io::Inotify& inotify, const Clock& clock, const AgentSettings& settings,
                             const domain::Plan& plan, std::function<void(const std::string&)> on_trouble)
    : loop_(loop),
      inotify_(inotify),
      clock_(clock),
      root_(settings.suite.root),
      patterns_(absolute_patterns(root_, settings.watch)),
      settle_(settings.settle),
      owners_(plan),
      began_(clock.now()) {
  tree_ = std::make_unique<io::TreeWatch>(
      inotify, io::TreeWatch::Callbacks{.enter = [this](const std::string& folder) { return patterns_.leads_to(folder); },
                                        .on_file = [this](const std::string& path, io::TreeWatch::Change change) { heard(path, change); },
                                        .on_trouble = std::move(on_trouble)});
  std::set<std::string> tops;
  for (const std::string& start : patterns_.starts()) tops.insert(top_of(root_, start));
  for (const std::string& top : tops) tree_->add(top);
  listing_first_ = false;
}

int ArtifactWatch::open(std::vector<domain::TestIndex> tests, OnFile on_file) {
  owners_.opened(++last_lease_, std::move(tests), clock_.now());
  leases_[last_lease_] = std::move(on_file);
  return last_lease_;
}

void ArtifactWatch::close(int lease) {
  if (!leases_.contains(lease)) return;
  inotify_.drain();
  if (tree_->is_blind()) tree_->rescan();
  for (const std::string& path : settle_.pending()) {
    const std::vector<FileOwner> owners = owners_of(path);
    const bool is_mine = std::any_of(owners.begin(), owners.end(), [lease](const FileOwner& owner) { return owner.lease == lease; });
    if (is_mine && settle_.finish(path, look_at(path))) hand_over(path, owners);
  }
  forget(lease);
}

void ArtifactWatch::forget(int lease) {
  leases_.erase(lease);
  owners_.closed(lease);
}

void ArtifactWatch::heard(const std::string& path, io::TreeWatch::Change change) {
  if (!patterns_.matches(path)) return;
  if (change == io::TreeWatch::Change::gone) return settle_.gone(path);
  const std::optional<Look> look = look_at(path);
  if (listing_first_) {
    if (look) settle_.existed(path, *look);
    return;
  }
  settle_.heard(path, event_of(change), look, clock_.now());
  wait();
}

void ArtifactWatch::wait() {
  const auto next = settle_.next();
  // A timer that fires too early only waits again, so it is moved forward never and backward when needed.
  if (!next || (timer_at_ && *timer_at_ <= *next)) return;
  timer_at_ = next;
  timer_ = loop_.after(std::max(*next - clock_.now(), Millis{1}), [this] {
    timer_at_.reset();
    look_at_what_is_due();
    wait();
  });
}

void ArtifactWatch::look_at_what_is_due() {
  for (const std::string& path : settle_.due(clock_.now()))
    if (settle_.looked(path, look_at(path), clock_.now())) hand_over(path, owners_of(path));
}

// A file that was born in this run belongs to where it began (a video is closed long after its test); an older one that was written over
// to where that happened.
std::vector<FileOwner> ArtifactWatch::owners_of(const std::string& path) const {
  const auto look = io::look_at(path);
  if (!look) return {};
  const Instant born = instant_of(look->born_ns);
  const Instant modified = instant_of(look->modified_ns);
  const Instant begin = began_ - stamp_error;
  const Instant written = born >= begin ? born : modified >= begin ? modified : clock_.now();
  return owners_.owners_of(path, written);
}

void ArtifactWatch::hand_over(const std::string& path, const std::vector<FileOwner>& owners) {
  std::string name = io::relative_to(root_, path);
  if (owners.size() > 1) name += fmt::format(" (of one of {} tests in flight)", owners.size());
  for (const FileOwner& owner : owners)
    if (const auto lease = leases_.find(owner.lease); lease != leases_.end()) lease->second({owner.test, owner.retry, path, name});
}

}  // namespace tamarack::agent
