#include "io/platform.h"

#include <sys/utsname.h>

#include "base/text.h"
#include "io/files.h"

namespace tamarack::io {

std::string platform_name() {
  std::string name;
  struct utsname machine{};
  if (::uname(&machine) == 0) name = std::string(machine.sysname) + " " + machine.machine;
  const Result<std::string> release = read_file("/etc/os-release", 1 << 16);
  if (!release) return name;
  for (const std::string_view key : {"ID=", "VERSION_ID="})
    for (const std::string& line : split_lines(*release))
      if (line.starts_with(key)) name += " " + replace_all(line.substr(key.size()), "\"", "");
  return name;
}

}  // namespace tamarack::io
