#include "probe/postgres_session.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "flow/answer.h"
#include "flow/json_path.h"

namespace tamarack::probe {
namespace {

using std::chrono::steady_clock;

Millis left_until(Deadline deadline) {
  return std::chrono::duration_cast<Millis>(deadline - steady_clock::now());
}

// Types of pg_type that are numbers, booleans and documents.
boost::json::value value_of(unsigned type, std::string_view text) {
  constexpr unsigned boolean = 16, int8 = 20, int2 = 21, int4 = 23, oid = 26, json = 114, float4 = 700, float8 = 701, numeric = 1700,
                     jsonb = 3802;
  const bool is_number = type == int8 || type == int2 || type == int4 || type == oid || type == float4 || type == float8 || type == numeric;
  if (type == boolean) return text == "t";
  if (is_number || type == json || type == jsonb)
    if (auto parsed = flow::parse_document(text)) return *std::move(parsed);  // NaN and Infinity are none, and stay text
  return boost::json::value(to_valid_utf8(text));
}

}  // namespace

Result<std::unique_ptr<PostgresSession>> PostgresSession::open(const std::string& url, SideThread::Post& post, Deadline deadline) {
  const LibPq* pq = TRY(LibPq::get());
  const char* names[] = {"dbname", "fallback_application_name", "client_encoding", nullptr};
  const char* values[] = {url.c_str(), "tamarack", "UTF8", nullptr};
  PGconn* connection = pq->PQconnectStartParams(names, values, 1);
  if (connection == nullptr) return make_error(ErrorCode::unavailable, "no memory for a connection");
  std::unique_ptr<PostgresSession> session(new PostgresSession(*pq, connection, post));
  pq->PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);  // else they would go to our own stderr
  TRY_VOID(session->finish_connect(deadline));
  return session;
}

PostgresSession::~PostgresSession() {
  pq_.PQfinish(connection_);
}

std::string PostgresSession::words() const {
  return last_lines(to_valid_utf8(pq_.PQerrorMessage(connection_)), 3);
}

Error PostgresSession::broke(ErrorCode code, std::string why) {
  broken_ = true;
  return make_error(code, std::move(why));
}

Result<> PostgresSession::finish_connect(Deadline deadline) {
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  if (pq_.PQstatus(connection_) == CONNECTION_BAD) {
    // Its words about a text that it cannot understand repeat the text.
    if (pq_.PQsocket(connection_) < 0 && words().find("connection to server") == std::string::npos &&
        words().find("could not translate host name") == std::string::npos)
      return broke(ErrorCode::unavailable, "libpq cannot use this address; see the guide for its forms");
    return broke(ErrorCode::unavailable, words());
  }
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) return broke(ErrorCode::unavailable, words());
    TRY_VOID(wait(next == PGRES_POLLING_WRITING, deadline));
    next = pq_.PQconnectPoll(connection_);
  }
  pq_.PQsetnonblocking(connection_, 1);
  return {};
}

Result<> PostgresSession::wait(bool write, Deadline deadline) {
  while (true) {
    const Millis left = left_until(deadline);
    if (left <= Millis{0}) return broke(ErrorCode::unavailable, "the server does not answer");
    const auto reason = post_.wake().wait({.socket = pq_.PQsocket(connection_), .write = write}, left);
    if (reason == io::Wake::Reason::ready) return {};
    if (post_.closed()) return broke(ErrorCode::cancelled, "not wanted any more");
  }
}

Error PostgresSession::sql_error(const PGresult* answer) const {
  const char* primary = pq_.PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
  const char* state = pq_.PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  if (primary == nullptr) return make_error(ErrorCode::unavailable, last_lines(to_valid_utf8(pq_.PQresultErrorMessage(answer)), 3));
  return make_error(ErrorCode::invalid_argument, fmt::format("SQL error {}: {}", state == nullptr ? "" : state, to_valid_utf8(primary)));
}

Result<PostgresSession::Answer> PostgresSession::run(const std::string& sql, bool is_single, Deadline deadline) {
  // The extended protocol takes one statement alone: nobody ends our transaction by a semicolon.
  const int sent = is_single ? pq_.PQsendQueryParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0)
                             : pq_.PQsendQuery(connection_, sql.c_str());
  if (sent != 1) return broke(ErrorCode::unavailable, words());
  for (int unsent = pq_.PQflush(connection_); unsent != 0; unsent = pq_.PQflush(connection_)) {
    if (unsent < 0) return broke(ErrorCode::unavailable, words());
    TRY_VOID(wait(true, deadline));
  }
  Answer last(nullptr, pq_.PQclear);
  std::optional<Error> failed;
  while (true) {
    while (pq_.PQisBusy(connection_) == 1) {
      TRY_VOID(wait(false, deadline));
      if (pq_.PQconsumeInput(connection_) != 1) return broke(ErrorCode::unavailable, words());
    }
    Answer answer(pq_.PQgetResult(connection_), pq_.PQclear);
    if (!answer) break;
    const ExecStatusType status = pq_.PQresultStatus(answer.get());
    const bool copies = status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
    if (copies) return broke(ErrorCode::invalid_argument, "COPY cannot be looked at");
    if (!failed && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) failed = sql_error(answer.get());
    last = std::move(answer);
  }
  if (pq_.PQstatus(connection_) == CONNECTION_BAD) return broke(ErrorCode::unavailable, failed ? failed->message : words());
  if (failed) return *std::move(failed);
  return last;
}

Result<PostgresSession::Row> PostgresSession::first_row(const std::string& query, Deadline deadline) {
  const Millis left = std::max(Millis{1}, left_until(deadline) * 9 / 10);  // so that the server's own words arrive in time
  TRY_VOID(run(fmt::format("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", left.count()), false, deadline));
  // A cursor: only the first row is sent, however many there are.
  Result<Answer> answer = run("DECLARE tamarack_look NO SCROLL CURSOR FOR " + query, true, deadline);
  if (answer) answer = run("FETCH 1 FROM tamarack_look", false, deadline);
  Row row;
  if (answer && *answer && pq_.PQntuples(answer->get()) > 0) {
    boost::json::object fields;
    for (int column = 0; column < pq_.PQnfields(answer->get()); ++column) {
      const PGresult* values = answer->get();
      const std::string_view text(pq_.PQgetvalue(values, 0, column), static_cast<std::size_t>(pq_.PQgetlength(values, 0, column)));
      fields[to_valid_utf8(pq_.PQfname(values, column))] =
          pq_.PQgetisnull(values, 0, column) == 1 ? boost::json::value(nullptr) : value_of(pq_.PQftype(values, column), text);
    }
    row = {.exists = true, .json = boost::json::serialize(fields)};
  }
  if (broken_) return std::move(answer).error();
  const auto undone = run("ROLLBACK", false, deadline);
  if (!answer) return std::move(answer).error();
  if (!undone) return undone.error();
  return row;
}

Result<> PostgresSession::with_channel(std::string_view verb, const std::string& channel, Deadline deadline) {
  char* name = pq_.PQescapeIdentifier(connection_, channel.data(), channel.size());
  if (name == nullptr) return make_error(ErrorCode::invalid_argument, "this cannot be the name of a channel");
  const std::string sql = fmt::format("{} {}", verb, name);
  pq_.PQfreemem(name);
  TRY_VOID(run(sql, false, deadline));
  return {};
}

Result<> PostgresSession::listen(const std::string& channel, Deadline deadline) {
  return with_channel("LISTEN", channel, deadline);
}

Result<> PostgresSession::unlisten(const std::string& channel, Deadline deadline) {
  return with_channel("UNLISTEN", channel, deadline);
}

Result<> PostgresSession::notify(const std::string& channel, Deadline deadline) {
  return with_channel("NOTIFY", channel, deadline);
}

Result<> PostgresSession::check(Deadline deadline) {
  TRY_VOID(run("SELECT 1", false, deadline));
  return {};
}

void PostgresSession::take_notices(const std::function<void(const std::string& channel)>& heard) {
  while (PGnotify* notice = pq_.PQnotifies(connection_)) {
    heard(notice->relname);
    pq_.PQfreemem(notice);
  }
}

Result<> PostgresSession::notices(Millis patience, const std::function<void(const std::string& channel)>& heard) {
  take_notices(heard);  // those that came with the answer of something else
  const Deadline until = steady_clock::now() + patience;
  while (true) {
    const Millis left = left_until(until);
    if (left <= Millis{0}) return {};
    const auto reason = post_.wake().wait({.socket = pq_.PQsocket(connection_)}, left);
    if (reason == io::Wake::Reason::rung) return {};
    if (reason == io::Wake::Reason::timeout) continue;
    if (pq_.PQconsumeInput(connection_) != 1) return broke(ErrorCode::unavailable, words());
    take_notices(heard);
  }
}

}  // namespace tamarack::probe
