// PostgreSQL's client library, loaded when the first thing of PostgreSQL is asked for.
#pragma once

#include <postgresql/libpq-fe.h>

#include "base/result.h"

namespace tamarack::probe {

// clang-format off
#define TAMARACK_LIBPQ(F) \
  F(PQclear) F(PQconnectPoll) F(PQconnectStartParams) F(PQconsumeInput) F(PQerrorMessage) F(PQescapeIdentifier) F(PQfinish) F(PQflush) \
  F(PQfname) F(PQfreemem) F(PQftype) F(PQgetisnull) F(PQgetlength) F(PQgetResult) F(PQgetvalue) F(PQisBusy) F(PQnfields) F(PQnotifies) \
  F(PQntuples) F(PQresultErrorField) F(PQresultErrorMessage) F(PQresultStatus) F(PQsendQuery) F(PQsendQueryParams) F(PQsetnonblocking) \
  F(PQsetNoticeProcessor) F(PQsocket) F(PQstatus)
// clang-format on

struct LibPq {
#define TAMARACK_LIBPQ_MEMBER(name) decltype(&::name) name = nullptr;
  TAMARACK_LIBPQ(TAMARACK_LIBPQ_MEMBER)
#undef TAMARACK_LIBPQ_MEMBER

  // From any thread; the same for all. Errors: not_found, saying what to install.
  static Result<const LibPq*> get();
};

}  // namespace tamarack::probe
