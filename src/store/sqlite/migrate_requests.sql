-- How runs were asked for, and the indexes by which a list of ten thousand runs is paged and filtered.
CREATE TABLE requests (
  run_id       TEXT PRIMARY KEY,
  project      TEXT NOT NULL,
  identity     TEXT NOT NULL,
  at_ms        INTEGER NOT NULL,
  body         TEXT NOT NULL,
  carried_from TEXT NOT NULL
) STRICT;
CREATE INDEX requests_by_identity ON requests (project, identity, at_ms DESC, run_id DESC) WHERE identity != '';

DROP INDEX runs_by_start;
CREATE INDEX runs_by_start ON runs (started_ms DESC, run_id DESC);
CREATE INDEX runs_by_project ON runs (project, started_ms DESC, run_id DESC);
CREATE INDEX runs_by_branch ON runs (branch, started_ms DESC, run_id DESC);
CREATE INDEX runs_by_verdict ON runs (verdict, started_ms DESC, run_id DESC);
CREATE INDEX runs_unfinished ON runs (started_ms DESC, run_id DESC) WHERE finished_ms IS NULL;
