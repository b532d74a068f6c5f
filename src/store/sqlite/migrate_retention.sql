-- What retention needs to know, and what agents said in vain.
ALTER TABLE runs ADD COLUMN refused TEXT NOT NULL DEFAULT '';     -- sentences, one per line
ALTER TABLE runs ADD COLUMN removed_ms INTEGER;                   -- since then it is out of sight; figures of tests still need the row
ALTER TABLE runs ADD COLUMN is_cleared INTEGER NOT NULL DEFAULT 0; -- and nothing else of it is left
CREATE INDEX runs_to_clear ON runs (run_id) WHERE removed_ms > 0 AND is_cleared = 0;

-- The bytes in the blob store that a run refers to.
CREATE TABLE artifacts (
  project TEXT NOT NULL,
  sha256  TEXT NOT NULL,
  run_id  TEXT NOT NULL,
  bytes   INTEGER NOT NULL,
  PRIMARY KEY (project, sha256, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifacts_by_run ON artifacts (run_id, bytes);
INSERT OR IGNORE INTO artifacts (project, sha256, run_id, bytes)
  SELECT requests.project, json_extract(journal.body, '$.attachment.sha256'), journal.run_id,
         coalesce(CAST(json_extract(journal.body, '$.attachment.size') AS INTEGER), 0)
  FROM requests JOIN journal ON journal.run_id = requests.run_id
  WHERE journal.kind = 'artifact_stored' AND json_valid(journal.body) AND json_extract(journal.body, '$.attachment.sha256') > '';
