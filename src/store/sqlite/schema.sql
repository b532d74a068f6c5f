-- Version 1 of the SQLite store. A later version adds a migration file; this one never changes.
CREATE TABLE IF NOT EXISTS journal (
  run_id TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  at_ms  INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  body   TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS runs (
  run_id      TEXT PRIMARY KEY,
  project     TEXT NOT NULL,
  framework   TEXT NOT NULL,
  started_ms  INTEGER NOT NULL,
  finished_ms INTEGER,
  verdict     TEXT NOT NULL,
  headline    TEXT NOT NULL,
  exit_code   INTEGER NOT NULL,
  planned     INTEGER NOT NULL,
  passed      INTEGER NOT NULL,
  failed      INTEGER NOT NULL,
  flaky       INTEGER NOT NULL,
  skipped     INTEGER NOT NULL,
  timed_out   INTEGER NOT NULL,
  lost        INTEGER NOT NULL,
  cancelled   INTEGER NOT NULL,
  never_ran   INTEGER NOT NULL,
  workers     INTEGER NOT NULL,
  seed        TEXT NOT NULL,
  wall_ms     INTEGER NOT NULL,
  lower_bound_ms INTEGER NOT NULL,
  busy_ms     INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  branch      TEXT NOT NULL,
  commit_id   TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_start ON runs (started_ms DESC);

CREATE TABLE IF NOT EXISTS results (
  project     TEXT NOT NULL,
  test_id     TEXT NOT NULL,
  at_ms       INTEGER NOT NULL,
  run_id      TEXT NOT NULL,
  name        TEXT NOT NULL,
  outcome     TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  -- The columns of the key come first and in its order: `PRAGMA integrity_check` of SQLite 3.40 reports phantom NULLs otherwise.
  PRIMARY KEY (project, test_id, at_ms, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS results_by_run ON results (run_id);

CREATE TABLE IF NOT EXISTS starts (
  project     TEXT NOT NULL,
  framework   INTEGER NOT NULL,
  at_ms       INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS starts_by_time ON starts (project, framework, at_ms DESC);

CREATE TABLE IF NOT EXISTS cache (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
