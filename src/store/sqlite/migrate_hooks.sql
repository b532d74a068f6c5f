-- Webhooks: where somebody outside may leave signals. Tokens are not kept, only their hashes.
CREATE TABLE hooks (
  token_hash TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  key TEXT NOT NULL,
  scheme TEXT NOT NULL,
  secret TEXT NOT NULL,
  header TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER
) STRICT;
