// Which folder of an agent a workspace goes into: the one that needs the least work, without giving up others too early. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tamarack::agent {

struct WorkspaceFolder {
  std::string name;
  bool is_free = true;  // nobody works in it
  std::string project;
  std::string setup_key;     // of the setup command that went well there; empty: none
  std::string manifest_id;   // empty: unfinished
  std::int64_t used_ms = 0;  // since the epoch
};

struct WorkspaceWish {
  std::string project;
  std::string setup_key;
  std::string manifest_id;
  std::size_t folders_max = 1;
};

// The name of a free folder to use again: the same files and setup, else the same project and setup (the most recent one), else, when there
// are as many as there may be, the one that was not used for longest. Nothing: make a new one.
std::optional<std::string> choose_folder(const std::vector<WorkspaceFolder>& folders, const WorkspaceWish& wish);

// Which to remove: free ones beyond the `folders_max` most recent, oldest first. Those in use count, and stay.
std::vector<std::string> folders_to_remove(std::vector<WorkspaceFolder> folders, std::size_t folders_max);

}  // namespace tamarack::agent
