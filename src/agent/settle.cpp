#include "agent/settle.h"

#include <algorithm>

namespace tamarack::agent {

void Settle::heard(const std::string& path, FileEvent event, const std::optional<Look>& look, Instant now) {
  if (!look) return gone(path);
  const auto settled = settled_.find(path);
  const auto waiting = pending_.find(path);
  if (settled != settled_.end() && settled->second == *look) {
    // Opened and closed without a change. While it was pending it was changed back, or the first write is still to come.
    if (waiting != pending_.end()) pending_.erase(waiting);
    return;
  }
  // A listing that finds what is known already is no news and must not put the file off.
  if (event == FileEvent::found && waiting != pending_.end() && waiting->second.look == *look) return;
  Pending& pending = pending_[path];
  pending.look = *look;
  pending.closed = event == FileEvent::closed || event == FileEvent::moved_in;
  wait(pending, now);
}

void Settle::gone(const std::string& path) {
  pending_.erase(path);
  settled_.erase(path);
}

std::vector<std::string> Settle::due(Instant now) const {
  std::vector<std::string> paths;
  for (const auto& [path, pending] : pending_)
    if (pending.look_at <= now) paths.push_back(path);
  return paths;
}

std::optional<Instant> Settle::next() const {
  std::optional<Instant> earliest;
  for (const auto& [path, pending] : pending_) earliest = earliest ? std::min(*earliest, pending.look_at) : pending.look_at;
  return earliest;
}

bool Settle::looked(const std::string& path, const std::optional<Look>& look, Instant now) {
  const auto found = pending_.find(path);
  if (found == pending_.end()) return false;
  if (look && *look != found->second.look) {
    found->second.look = *look;
    found->second.closed = false;  // it changed without an event we know of: somebody still writes
    wait(found->second, now);
    return false;
  }
  return finish(path, look);
}

std::vector<std::string> Settle::pending() const {
  std::vector<std::string> paths;
  for (const auto& [path, pending] : pending_) paths.push_back(path);
  return paths;
}

bool Settle::finish(const std::string& path, const std::optional<Look>& look) {
  if (pending_.erase(path) == 0 || !look) return false;
  settled_[path] = *look;
  return look->size > 0;
}

}  // namespace tamarack::agent
