#include "store/sqlite/sqlite_requests.h"

#include "sql.h"

namespace tamarack::store {
namespace {

constexpr const char* by_run =
    "SELECT run_id, project, identity, at_ms, body, carried_from, config, workspace FROM requests WHERE run_id = ?";
constexpr const char* newest_of_identity =
    "SELECT run_id, project, identity, at_ms, body, carried_from, config, workspace FROM requests "
    "WHERE project = ? AND identity = ? AND identity != '' ORDER BY at_ms DESC, run_id DESC LIMIT 1";
constexpr const char* newest_of_project =
    "SELECT run_id, project, identity, at_ms, '', carried_from, config, workspace FROM requests "
    "WHERE project = ? AND workspace != '' ORDER BY at_ms DESC, run_id DESC LIMIT 1";

RequestRow request_row(SQLite::Statement& query) {
  return {.run = domain::RunId{query.getColumn(0).getString()},
          .project = query.getColumn(1).getString(),
          .identity = query.getColumn(2).getString(),
          .at = from_ms(query.getColumn(3).getInt64()),
          .body = query.getColumn(4).getString(),
          .carried_from = query.getColumn(5).getString(),
          .config = query.getColumn(6).getString(),
          .workspace = query.getColumn(7).getString()};
}

std::optional<RequestRow> only_row(SQLite::Statement& query) {
  if (!query.executeStep()) return std::nullopt;
  return request_row(query);
}

}  // namespace

void insert_request(SQLite::Database& db, const RequestRow& row) {
  SQLite::Statement insert(db,
                           "INSERT INTO requests (run_id, project, identity, at_ms, body, carried_from, config, workspace) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, row.run.value);
  insert.bind(2, row.project);
  insert.bind(3, row.identity);
  insert.bind(4, to_ms(row.at));
  insert.bind(5, row.body);
  insert.bind(6, row.carried_from);
  insert.bind(7, row.config);
  insert.bind(8, row.workspace);
  insert.exec();
}

Result<std::optional<RequestRow>> select_request(SQLite::Database& db, const domain::RunId& run) {
  SQLite::Statement query(db, by_run);
  query.bind(1, run.value);
  return only_row(query);
}

Result<std::optional<RequestRow>> select_newest_request(SQLite::Database& db, const std::string& project, const std::string& identity) {
  SQLite::Statement query(db, newest_of_identity);
  query.bind(1, project);
  query.bind(2, identity);
  return only_row(query);
}

Result<std::optional<RequestRow>> select_newest_workspace(SQLite::Database& db, const std::string& project) {
  SQLite::Statement query(db, newest_of_project);
  query.bind(1, project);
  return only_row(query);
}

Result<std::vector<RequestRow>> select_unfinished_requests(SQLite::Database& db) {
  SQLite::Statement query(db, std::string(embedded::unfinished_requests_sql()));
  std::vector<RequestRow> rows;
  while (query.executeStep()) rows.push_back(request_row(query));
  return rows;
}

}  // namespace tamarack::store
