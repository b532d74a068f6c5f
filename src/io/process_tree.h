// Whole process trees, by /proc. Needs the caller to be a subreaper for what escapes its parent by double forking.
#pragma once

#include <vector>

namespace tamarack::io {

// All living descendants of `pid`, deepest last.
std::vector<int> descendants(int pid);
// Kills everything below this process and reaps it, in rounds, until nothing is left.
void kill_descendants();
// Kills orphans that were handed to this process (their shim was killed): children that are not in `known`.
void kill_orphans(const std::vector<int>& known);
void become_subreaper();

}  // namespace tamarack::io
