// One connection to PostgreSQL, for one thread. Every call has a deadline and ends early when the thread is not wanted any more; after an
// error that is not SQL's the session is broken and only good for being dropped.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "probe/libpq.h"
#include "probe/side_thread.h"

namespace tamarack::probe {

using Deadline = std::chrono::steady_clock::time_point;

class PostgresSession {
 public:
  // Errors: not_found (no libpq), unavailable (refused, wrong password, too late, …), cancelled.
  static Result<std::unique_ptr<PostgresSession>> open(const std::string& url, SideThread::Post& post, Deadline deadline);
  ~PostgresSession();
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  struct Row {
    bool exists = false;
    std::string json;  // an object by column
  };
  // The first row of a query, in a transaction that may only read and is taken back. Errors: invalid_argument (of SQL, with the server's
  // words), unavailable, cancelled.
  Result<Row> first_row(const std::string& query, Deadline deadline);

  Result<> listen(const std::string& channel, Deadline deadline);
  Result<> unlisten(const std::string& channel, Deadline deadline);
  Result<> notify(const std::string& channel, Deadline deadline);
  // A question that any server answers at once.
  Result<> check(Deadline deadline);
  // Channels that were notified, as they come, until somebody rings or `patience` is over. Errors: unavailable.
  Result<> notices(Millis patience, const std::function<void(const std::string& channel)>& heard);
  bool broken() const { return broken_; }

 private:
  PostgresSession(const LibPq& pq, PGconn* connection, SideThread::Post& post) : pq_(pq), connection_(connection), post_(post) {}
  using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

  Result<> finish_connect(Deadline deadline);
  Result<> wait(bool write, Deadline deadline);
  Result<Answer> run(const std::string& sql, bool is_single, Deadline deadline);
  Result<> with_channel(std::string_view verb, const std::string& channel, Deadline deadline);
  Error broke(ErrorCode code, std::string why);
  Error sql_error(const PGresult* answer) const;
  std::string words() const;
  void take_notices(const std::function<void(const std::string& channel)>& heard);

  const LibPq& pq_;
  PGconn* connection_;
  SideThread::Post& post_;
  bool broken_ = false;
};

}  // namespace tamarack::probe
