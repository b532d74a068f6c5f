-- What a server still owes to others: requests, and runs whose news are not told yet. Opaque to the store.
CREATE TABLE notices (
  key  TEXT PRIMARY KEY,
  json TEXT NOT NULL
) STRICT;

-- Which suite a request asks for, beside its body: a body holds a whole plan, and these two are looked at often. Empty: it is older.
ALTER TABLE requests ADD COLUMN config TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN workspace TEXT NOT NULL DEFAULT '';
CREATE INDEX requests_by_time ON requests (project, at_ms DESC, run_id DESC);
