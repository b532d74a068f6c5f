-- Tests over many runs. `results` keeps one row per test and run; who a test is stands once in `tests`, together with the figures that are
-- made from its newest results when a run has ended. Names of before are taken apart at their first separator: the next run of a test knows
-- better.
ALTER TABLE results ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE results ADD COLUMN error TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN set_aside TEXT NOT NULL DEFAULT '';

CREATE TABLE tests (
  project      TEXT NOT NULL,
  test_id      TEXT NOT NULL,
  name         TEXT NOT NULL,              -- as people read it
  spec         TEXT NOT NULL,
  titles       TEXT NOT NULL,              -- the title path, each followed by the character 31
  parameters   TEXT NOT NULL,
  runs         INTEGER NOT NULL DEFAULT 0, -- domain::Figures from here on
  passed       INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  flaky        INTEGER NOT NULL DEFAULT 0,
  flips        INTEGER NOT NULL DEFAULT 0,
  pairs        INTEGER NOT NULL DEFAULT 0,
  unstable     INTEGER NOT NULL DEFAULT 0, -- flaky + flips, to sort by
  p50_ms       INTEGER NOT NULL DEFAULT 0,
  p95_ms       INTEGER NOT NULL DEFAULT 0,
  trend        REAL,
  last_outcome TEXT NOT NULL DEFAULT 'pending',
  last_run_id  TEXT NOT NULL DEFAULT '',
  last_ms      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (project, test_id)
) STRICT, WITHOUT ROWID;
INSERT INTO tests (project, test_id, name, spec, titles, parameters)
SELECT project, test_id, name,
       CASE WHEN instr(name, ' › ') THEN substr(name, 1, instr(name, ' › ') - 1) ELSE name END,
       CASE WHEN instr(name, ' › ') THEN substr(name, instr(name, ' › ') + 3) || char(31) ELSE '' END, ''
FROM (SELECT project, test_id, name, max(at_ms) FROM results GROUP BY project, test_id);
ALTER TABLE results DROP COLUMN name;

CREATE INDEX tests_by_unstable ON tests (project, unstable, test_id);
CREATE INDEX tests_by_failed ON tests (project, failed, test_id);
CREATE INDEX tests_by_p50 ON tests (project, p50_ms, test_id);
CREATE INDEX tests_by_name ON tests (project, name, test_id);
CREATE INDEX tests_by_last ON tests (project, last_ms, test_id);
CREATE INDEX tests_by_spec ON tests (project, spec);

-- Bad executions that did not settle their test, until their run has ended: what a flaky test complained about.
CREATE TABLE tries (
  run_id      TEXT NOT NULL,
  test_id     TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  error       TEXT NOT NULL,
  PRIMARY KEY (run_id, test_id)
) STRICT, WITHOUT ROWID;

-- What is still to be taken into the figures: runs that have ended, then the tests they touched.
CREATE TABLE due_runs (
  run_id  TEXT PRIMARY KEY,
  project TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO due_runs SELECT run_id, project FROM runs WHERE finished_ms IS NOT NULL;
CREATE TABLE due_tests (
  project TEXT NOT NULL,
  test_id TEXT NOT NULL,
  PRIMARY KEY (project, test_id)
) STRICT, WITHOUT ROWID;
