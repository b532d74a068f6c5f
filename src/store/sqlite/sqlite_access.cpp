#include "store/sqlite/sqlite_access.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/sqlite/sqlite_error.h"

namespace tamarack::store {
namespace {

// While it lives, what another connection is writing to is refused at once (SQLITE_BUSY) instead of waited for.
class WithoutWaiting {
 public:
  explicit WithoutWaiting(SQLite::Database& db) : db_(db), before_ms_(db.execAndGet("PRAGMA busy_timeout").getInt()) {
    db_.setBusyTimeout(0);
  }
  ~WithoutWaiting() { sqlite3_busy_timeout(db_.getHandle(), before_ms_); }
  WithoutWaiting(const WithoutWaiting&) = delete;
  WithoutWaiting& operator=(const WithoutWaiting&) = delete;

 private:
  SQLite::Database& db_;
  int before_ms_;
};

constexpr const char* token_columns =
    "token_id, project, role, label, created_ms, expires_ms, revoked_ms, last_used_ms, secret_hash, previous_hash, previous_until_ms";

void bind_instant(SQLite::Statement& statement, int index, const std::optional<Instant>& instant) {
  if (instant)
    statement.bind(index, to_ms(*instant));
  else
    statement.bind(index);
}

std::optional<Instant> instant_at(SQLite::Statement& query, int index) {
  if (query.getColumn(index).isNull()) return std::nullopt;
  return from_ms(query.getColumn(index).getInt64());
}

Result<domain::Token> token_row(SQLite::Statement& query) {
  domain::Token token;
  token.id = domain::TokenId{query.getColumn(0).getString()};
  token.project = query.getColumn(1).getString();
  // A role that this tamarack does not know must not become one that it knows.
  const std::string role = query.getColumn(2).getString();
  const auto known = domain::parse_role(role);
  if (!known)
    return make_error(ErrorCode::corrupt, fmt::format("the token '{}' has the unknown role '{}'", token.id.value, role),
                      "revoke it and create another");
  token.role = *known;
  token.label = query.getColumn(3).getString();
  token.created = from_ms(query.getColumn(4).getInt64());
  token.expires = instant_at(query, 5);
  token.revoked = instant_at(query, 6);
  token.last_used = instant_at(query, 7);
  token.secret_hash = query.getColumn(8).getString();
  token.previous_hash = query.getColumn(9).getString();
  token.previous_until = instant_at(query, 10);
  return token;
}

Error no_token(const domain::TokenId& id) {
  return make_error(ErrorCode::not_found, fmt::format("there is no token '{}'", id.value));
}

}  // namespace

Result<> SqliteAccess::add_token(const domain::Token& token) {
  Result<> added = guarded(file_, [&]() -> Result<> {
    SQLite::Statement insert(db_, fmt::format("INSERT INTO tokens ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", token_columns));
    insert.bind(1, token.id.value);
    insert.bind(2, token.project);
    insert.bind(3, std::string(to_string(token.role)));
    insert.bind(4, token.label);
    insert.bind(5, to_ms(token.created));
    bind_instant(insert, 6, token.expires);
    bind_instant(insert, 7, token.revoked);
    bind_instant(insert, 8, token.last_used);
    insert.bind(9, token.secret_hash);
    insert.bind(10, token.previous_hash);
    bind_instant(insert, 11, token.previous_until);
    insert.exec();
    return {};
  });
  // The id is the one unique column; a busy database is a conflict as well, but the row is not there then.
  if (!added && added.error().code == ErrorCode::conflict && TRY(find_token(token.id)))
    return make_error(ErrorCode::already_exists, fmt::format("there is a token '{}' already", token.id.value));
  return added;
}

Result<std::optional<domain::Token>> SqliteAccess::find_token(const domain::TokenId& id) {
  return guarded(file_, [&]() -> Result<std::optional<domain::Token>> {
    SQLite::Statement query(db_, fmt::format("SELECT {} FROM tokens WHERE token_id = ?", token_columns));
    query.bind(1, id.value);
    if (!query.executeStep()) return std::optional<domain::Token>{};
    return std::optional<domain::Token>{TRY(token_row(query))};
  });
}

Result<std::vector<domain::Token>> SqliteAccess::list_tokens(const std::optional<std::string>& project) {
  return guarded(file_, [&]() -> Result<std::vector<domain::Token>> {
    SQLite::Statement query(
        db_, fmt::format("SELECT {} FROM tokens {} ORDER BY created_ms, token_id", token_columns, project ? "WHERE project = ?" : ""));
    if (project) query.bind(1, *project);
    std::vector<domain::Token> found;
    while (query.executeStep()) found.push_back(TRY(token_row(query)));
    return found;
  });
}

Result<> SqliteAccess::revoke_token(const domain::TokenId& id, Instant at) {
  return guarded(file_, [&]() -> Result<> {
    SQLite::Statement update(db_, "UPDATE tokens SET revoked_ms = coalesce(revoked_ms, ?) WHERE token_id = ?");
    update.bind(1, to_ms(at));
    update.bind(2, id.value);
    if (update.exec() == 0) return no_token(id);
    return {};
  });
}

Result<> SqliteAccess::rotate_token(const domain::TokenId& id, const std::string& secret_hash, Instant previous_until) {
  return guarded(file_, [&]() -> Result<> {
    SQLite::Statement update(db_,
                             "UPDATE tokens SET previous_hash = secret_hash, previous_until_ms = ?, secret_hash = ? "
                             "WHERE token_id = ? AND revoked_ms IS NULL");
    update.bind(1, to_ms(previous_until));
    update.bind(2, secret_hash);
    update.bind(3, id.value);
    if (update.exec() > 0) return {};
    if (TRY(find_token(id))) return make_error(ErrorCode::conflict, fmt::format("the token '{}' was revoked", id.value));
    return no_token(id);
  });
}

Result<> SqliteAccess::touch_token(const domain::TokenId& id, Instant at) {
  // Every request of the token comes by here, on the thread that serves everybody.
  const Result<> touched = guarded(file_, [&]() -> Result<> {
    const WithoutWaiting here(db_);
    SQLite::Statement update(db_, "UPDATE tokens SET last_used_ms = ? WHERE token_id = ? AND (last_used_ms IS NULL OR last_used_ms <= ?)");
    update.bind(1, to_ms(at));
    update.bind(2, id.value);
    update.bind(3, to_ms(at - domain::last_used_resolution));
    update.exec();
    return {};
  });
  if (!touched && touched.error().code == ErrorCode::unavailable) return {};
  return touched;
}

Result<std::string> SqliteAccess::server_key(const std::string& name, const std::string& fresh) {
  return guarded(file_, [&]() -> Result<std::string> {
    SQLite::Statement insert(db_, "INSERT INTO server_keys (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING");
    insert.bind(1, name);
    insert.bind(2, fresh);
    insert.exec();
    SQLite::Statement query(db_, "SELECT value FROM server_keys WHERE name = ?");
    query.bind(1, name);
    if (!query.executeStep()) return make_error(ErrorCode::corrupt, fmt::format("'{}': the key '{}' was not kept", file_.path(), name));
    return query.getColumn(0).getString();
  });
}

}  // namespace tamarack::store
