-- Tokens and keys of a server. Secrets of tokens are here only as SHA-256; the server's keys have to be readable, so the file is as secret
-- as they are.
CREATE TABLE tokens (
  token_id          TEXT PRIMARY KEY,
  project           TEXT NOT NULL,
  role              TEXT NOT NULL,
  label             TEXT NOT NULL,
  created_ms        INTEGER NOT NULL,
  expires_ms        INTEGER,
  revoked_ms        INTEGER,
  last_used_ms      INTEGER,
  secret_hash       TEXT NOT NULL,
  previous_hash     TEXT NOT NULL,
  previous_until_ms INTEGER
) STRICT;
CREATE INDEX tokens_by_project ON tokens (project, created_ms);

CREATE TABLE server_keys (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
