#include "plan/precedence.h"

#include <algorithm>
#include <set>

namespace tamarack::plan {
namespace {

// Every item that is left waits for another one that is left, so walking back must come around.
std::vector<std::size_t> find_cycle(const std::vector<std::vector<std::size_t>>& after, const std::vector<std::size_t>& waiting) {
  std::size_t at = 0;
  while (waiting[at] == 0) ++at;
  std::vector<std::size_t> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    at = *std::find_if(after[at].begin(), after[at].end(), [&](std::size_t before) { return waiting[before] > 0; });
  }
  std::vector<std::size_t> cycle(std::find(path.begin(), path.end(), at), path.end());
  std::reverse(cycle.begin(), cycle.end());
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

}  // namespace

PrecedenceOrder order_by_precedence(const std::vector<std::vector<std::size_t>>& after,
                                    const std::function<bool(std::size_t, std::size_t)>& less) {
  std::vector<std::size_t> waiting(after.size());  // how many still have to come before
  std::vector<std::vector<std::size_t>> followers(after.size());
  std::set<std::size_t, std::function<bool(std::size_t, std::size_t)>> ready(less);
  for (std::size_t i = 0; i < after.size(); ++i) {
    waiting[i] = after[i].size();
    for (const std::size_t before : after[i]) followers[before].push_back(i);
    if (waiting[i] == 0) ready.insert(i);
  }
  PrecedenceOrder result;
  while (!ready.empty()) {
    const std::size_t next = *ready.begin();
    ready.erase(ready.begin());
    result.order.push_back(next);
    for (const std::size_t follower : followers[next])
      if (--waiting[follower] == 0) ready.insert(follower);
  }
  if (result.order.size() < after.size()) {
    result.order.clear();
    result.cycle = find_cycle(after, waiting);
  }
  return result;
}

}  // namespace tamarack::plan
