CREATE TABLE IF NOT EXISTS users (
  id            INTEGER PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'viewer')),
  password_hash TEXT NOT NULL
);

-- Only a hash of the cookie is kept, so a copy of the file gives nobody a session.
CREATE TABLE IF NOT EXISTS sessions (
  token_hash TEXT PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS actions (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  type        TEXT NOT NULL CHECK (type IN ('query', 'mutation')),
  handler     TEXT NOT NULL,
  definition  TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  timeout_s   INTEGER NOT NULL DEFAULT 30,
  status      TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'publishing', 'published', 'archived')),
  version     INTEGER NOT NULL DEFAULT 1,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  updated_by  TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS permissions (
  action_id INTEGER NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
  role      TEXT NOT NULL,
  PRIMARY KEY (action_id, role)
);

CREATE TABLE IF NOT EXISTS comments (
  id        INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
  author    TEXT NOT NULL,
  body      TEXT NOT NULL,
  at        TEXT NOT NULL
);

-- The log outlives its action: it names the action by text, not by key.
CREATE TABLE IF NOT EXISTS activity (
  id          INTEGER PRIMARY KEY,
  at          TEXT NOT NULL,
  actor       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  action_name TEXT NOT NULL,
  detail      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS activity_by_action ON activity (action_name, id);

CREATE TABLE IF NOT EXISTS settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
