#include "io/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace tamarack::io {
namespace {

std::vector<int> children(int pid) {
  std::vector<int> found;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  DIR* folder = ::opendir(tasks.c_str());
  if (folder == nullptr) return found;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    std::FILE* file = std::fopen((tasks + "/" + entry->d_name + "/children").c_str(), "re");
    if (file == nullptr) continue;
    int child = 0;
    while (std::fscanf(file, "%d", &child) == 1) found.push_back(child);
    std::fclose(file);
  }
  ::closedir(folder);
  return found;
}

}  // namespace

std::vector<int> descendants(int pid) {
  std::vector<int> all = children(pid);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<int> below = children(all[i]);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

void kill_descendants() {
  // A process that forks faster than it is found ends when its forks find their parent gone; 200 rounds are far beyond any real tree.
  for (int round = 0; round < 200; ++round) {
    for (const int pid : descendants(::getpid())) ::kill(pid, SIGKILL);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (children(::getpid()).empty()) return;
    ::usleep(2000);
  }
}

void kill_orphans(const std::vector<int>& known) {
  for (int round = 0; round < 200; ++round) {
    bool found = false;
    for (const int child : children(::getpid())) {
      if (std::find(known.begin(), known.end(), child) != known.end()) continue;
      found = true;
      for (const int pid : descendants(child)) ::kill(pid, SIGKILL);
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, WNOHANG);
    }
    if (!found) return;
    ::usleep(2000);
  }
}

void become_subreaper() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

}  // namespace tamarack::io
