#include "cli/at_work.h"

#include "base/text.h"
#include "io/files.h"

namespace tamarack::cli {

Result<domain::RunId> run_at_work(const std::string& state_dir, store::Store& store) {
  const std::string lock = state_dir + "/lock";
  if (io::FileLock::wait_until_free(lock, 0)) return domain::RunId{};
  const std::vector<std::string> words = split(TRY(io::read_file(lock, 4096)), ' ');
  if (words.size() > 1 && words[1].starts_with("r-")) return domain::RunId{words[1]};
  // `tamarack resume` without a name takes the newest that is not finished.
  if (words.empty() || words[0] != "resume") return domain::RunId{};
  for (const store::RunRow& row : TRY(store.runs(1000)))
    if (!row.finished) return row.run;
  return domain::RunId{};
}

}  // namespace tamarack::cli
