-- Results as a table with row ids: a result is added at its end and in `results_by_run`, and only the index by test is written to in many
-- places. With the rows inside the key's tree, each result of a run of ten thousand tests wrote to pages of its own in two of them.
CREATE TABLE result_rows (
  project     TEXT NOT NULL,
  test_id     TEXT NOT NULL,
  at_ms       INTEGER NOT NULL,
  run_id      TEXT NOT NULL,
  outcome     TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 1,
  error       TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO result_rows (project, test_id, at_ms, run_id, outcome, duration_ms, attempts, error)
  SELECT project, test_id, at_ms, run_id, outcome, duration_ms, attempts, error FROM results ORDER BY at_ms, run_id, test_id;
DROP TABLE results;
ALTER TABLE result_rows RENAME TO results;
CREATE UNIQUE INDEX results_by_test ON results (project, test_id, at_ms, run_id);
CREATE INDEX results_by_run ON results (run_id);
