#include "store/sqlite/sqlite_hooks.h"

#include <fmt/format.h>

#include "store/sqlite/sqlite_error.h"

namespace tamarack::store {
namespace {

constexpr const char* hook_columns = "token_hash, project, key, scheme, secret, header, created_ms, expires_ms, once";

HookRow hook_row(SQLite::Statement& query) {
  HookRow hook{.token_hash = query.getColumn(0).getString(),
               .project = query.getColumn(1).getString(),
               .key = query.getColumn(2).getString(),
               .scheme = query.getColumn(3).getString(),
               .secret = query.getColumn(4).getString(),
               .header = query.getColumn(5).getString(),
               .once = query.getColumn(8).getInt() != 0,
               .created = from_ms(query.getColumn(6).getInt64()),
               .expires = {}};
  if (!query.getColumn(7).isNull()) hook.expires = from_ms(query.getColumn(7).getInt64());
  return hook;
}

}  // namespace

Result<> SqliteHooks::add_hook(const HookRow& hook) {
  Result<> added = guarded(file_, [&]() -> Result<> {
    SQLite::Statement insert(db_, fmt::format("INSERT INTO hooks ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", hook_columns));
    insert.bind(1, hook.token_hash);
    insert.bind(2, hook.project);
    insert.bind(3, hook.key);
    insert.bind(4, hook.scheme);
    insert.bind(5, hook.secret);
    insert.bind(6, hook.header);
    insert.bind(7, to_ms(hook.created));
    if (hook.expires)
      insert.bind(8, to_ms(*hook.expires));
    else
      insert.bind(8);
    insert.bind(9, hook.once ? 1 : 0);
    insert.exec();
    return {};
  });
  // The hash is the one unique column; a busy database is a conflict as well, but the row is not there then.
  if (!added && added.error().code == ErrorCode::conflict && TRY(find_hook(hook.token_hash)))
    return make_error(ErrorCode::already_exists, "there is such a webhook already");
  return added;
}

Result<std::optional<HookRow>> SqliteHooks::find_hook(const std::string& token_hash) {
  return guarded(file_, [&]() -> Result<std::optional<HookRow>> {
    SQLite::Statement query(db_, fmt::format("SELECT {} FROM hooks WHERE token_hash = ?", hook_columns));
    query.bind(1, token_hash);
    return query.executeStep() ? std::optional(hook_row(query)) : std::nullopt;
  });
}

Result<std::vector<HookRow>> SqliteHooks::list_hooks() {
  return guarded(file_, [&]() -> Result<std::vector<HookRow>> {
    SQLite::Statement query(db_, fmt::format("SELECT {} FROM hooks ORDER BY created_ms, rowid", hook_columns));
    std::vector<HookRow> hooks;
    while (query.executeStep()) hooks.push_back(hook_row(query));
    return hooks;
  });
}

Result<> SqliteHooks::remove_hook(const std::string& token_hash) {
  return guarded(file_, [&]() -> Result<> {
    SQLite::Statement remove(db_, "DELETE FROM hooks WHERE token_hash = ?");
    remove.bind(1, token_hash);
    if (remove.exec() == 0) return make_error(ErrorCode::not_found, "there is no such webhook");
    return {};
  });
}

}  // namespace tamarack::store
