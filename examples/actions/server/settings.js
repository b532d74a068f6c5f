// Settings that hold for the whole server: a fixed set of keys, each with its check and its first value.
import { timeout_s_max } from './action_rules.js';
import { HttpError } from './http.js';

const keys = {
  workspace_name: {
    first: 'Acme workspace',
    problem: (value) => (typeof value === 'string' && value.trim() && value.length <= 40 ? '' : 'Enter a name of 1 to 40 characters.'),
  },
  default_timeout_s: {
    first: 30,
    problem: (value) =>
      Number.isInteger(value) && value >= 1 && value <= timeout_s_max ? '' : `Enter whole seconds from 1 to ${timeout_s_max}.`,
  },
  notify_address: {
    first: 'platform@example.com',
    problem: (value) => (typeof value === 'string' && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value) ? '' : 'Enter an e-mail address.'),
  },
};

export function read_settings(db) {
  const stored = Object.fromEntries(db.all('SELECT key, value FROM settings').map((row) => [row.key, JSON.parse(row.value)]));
  return Object.fromEntries(Object.keys(keys).map((key) => [key, stored[key] ?? keys[key].first]));
}

// Only the keys that are sent change.
export function write_settings(db, input) {
  const problems = {};
  for (const [key, value] of Object.entries(input)) {
    const problem = keys[key] ? keys[key].problem(value) : 'There is no such setting.';
    if (problem) problems[key] = problem;
  }
  if (Object.keys(problems).length > 0) throw new HttpError(422, 'invalid', 'Some fields need your attention.', problems);
  db.transaction(() => {
    for (const [key, value] of Object.entries(input)) {
      const text = JSON.stringify(typeof value === 'string' ? value.trim() : value);
      db.run('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [key, text]);
    }
  });
  return read_settings(db);
}
