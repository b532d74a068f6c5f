#include "cli/data_folder.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "cli/project.h"
#include "io/files.h"

namespace tamarack::cli {
namespace {

namespace fs = std::filesystem;

Result<> make_for_owner(const std::string& path) {
  TRY_VOID(io::make_directories(path));
  std::error_code failed;
  fs::permissions(path, fs::perms::owner_all, failed);
  if (failed) return make_error(ErrorCode::io, fmt::format("cannot close '{}' to others: {}", path, failed.message()));
  return {};
}

}  // namespace

Result<DataFolder> open_data_folder(const std::string& directory, IfMissing if_missing, Millis patience) {
  DataFolder folder{.path = io::absolute_path(directory)};
  folder.is_new = !io::exists(folder.path + "/tamarack.db");
  if (folder.is_new && if_missing == IfMissing::refuse)
    return make_error(ErrorCode::not_found, fmt::format("'{}' is not the data folder of a server: it has no tamarack.db", directory),
                      "name the folder that `tamarack serve` was started with, --data DIR");
  if (io::exists(folder.path) && !io::is_directory(folder.path))
    return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is a file, not a folder", directory),
                      "name the folder that `tamarack serve` was started with, --data DIR");
  if (!io::exists(folder.path)) TRY_VOID(make_for_owner(folder.path));
  auto store = open_store(folder.path, patience);
  if (!store) {
    Error error = std::move(store).error();
    error.hint = replace_all(error.hint, "--state-dir", "--data");  // the same database has two doors
    return error;
  }
  folder.store = std::move(*store);
  std::error_code ignored;
  const fs::perms others = fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec;
  folder.others_can_read = (fs::status(folder.path, ignored).permissions() & others) != fs::perms::none;
  return folder;
}

}  // namespace tamarack::cli
