// The actions in the database: find, list, create, save, move between states, delete. Every change writes the activity
// log in the same transaction, so the log never tells of something that did not happen.
import { check_action, normalise_action, transition } from './action_rules.js';
import { HttpError, not_found } from './http.js';

export const page_size_max = 100;
const sort_columns = { name: 'name COLLATE NOCASE', type: 'type', status: 'status', updated_at: 'updated_at' };
const columns = 'name, type, handler, definition, description, timeout_s, status, version, created_at, updated_at, updated_by';

// Gathers the conditions of a WHERE clause together with their values.
function conditions() {
  const parts = [];
  const values = [];
  const add = (sql, ...parameters) => {
    parts.push(sql);
    values.push(...parameters);
  };
  return { add, values, clause: () => (parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '') };
}

export class ActionStore {
  // `clock` returns the present as a Date.
  constructor(db, { break_save = false, clock = () => new Date() } = {}) {
    this.db_ = db;
    this.clock_ = clock;
    this.break_save_ = break_save;
  }

  now_() {
    return this.clock_().toISOString();
  }

  log(actor, kind, action_name, detail = '') {
    this.db_.run('INSERT INTO activity (at, actor, kind, action_name, detail) VALUES (?, ?, ?, ?, ?)', [
      this.now_(), actor, kind, action_name, detail,
    ]);
  }

  row_(name) {
    const row = this.db_.get(`SELECT id, ${columns} FROM actions WHERE name = ?`, [name]);
    if (!row) throw not_found(`action '${name}'`);
    return row;
  }

  get(name) {
    const { id, ...action } = this.row_(name);
    return { ...action, permissions: this.permissions_(id) };
  }

  permissions_(id) {
    return this.db_.all('SELECT role FROM permissions WHERE action_id = ? ORDER BY role', [id]).map((row) => row.role);
  }

  has(name) {
    return this.db_.get('SELECT 1 AS found FROM actions WHERE name = ?', [name]) !== undefined;
  }

  // SQLite's lower() knows ASCII only, so accented letters are compared as they are written.
  list({ q = '', type = '', status = '', sort = 'name', page = 1, page_size = 10 }) {
    const { add, clause, values } = conditions();
    if (q) add('(instr(lower(name), lower(?)) > 0 OR instr(lower(description), lower(?)) > 0)', q, q);
    if (type) add('type = ?', type);
    if (status) add('status = ?', status);
    const column = sort_columns[sort.replace(/^-/, '')];
    if (!column) throw new HttpError(400, 'bad_sort', `sort must be one of: ${Object.keys(sort_columns).join(', ')}, got '${sort}'`);
    const order = `ORDER BY ${column} ${sort.startsWith('-') ? 'DESC' : 'ASC'}, id`;
    const size = Math.min(Math.max(page_size, 1), page_size_max);
    const rows = this.db_.all(`SELECT id, ${columns} FROM actions ${clause()} ${order} LIMIT ? OFFSET ?`, [
      ...values, size, (Math.max(page, 1) - 1) * size,
    ]);
    const total = this.db_.get(`SELECT count(*) AS n FROM actions ${clause()}`, values).n;
    return { total, items: rows.map(({ id, ...action }) => ({ ...action, permissions: this.permissions_(id) })) };
  }

  valid_(input) {
    const action = normalise_action(input);
    const problems = check_action(action);
    if (Object.keys(problems).length > 0) throw new HttpError(422, 'invalid', 'Some fields need your attention.', problems);
    return action;
  }

  name_taken_(name) {
    return new HttpError(422, 'invalid', 'Some fields need your attention.', { name: `An action named '${name}' already exists.` });
  }

  create(input, actor) {
    const action = this.valid_(input);
    return this.db_.transaction(() => {
      if (this.has(action.name)) throw this.name_taken_(action.name);
      const at = this.now_();
      this.db_.run(
        `INSERT INTO actions (name, type, handler, definition, description, timeout_s, created_at, updated_at, updated_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [action.name, action.type, action.handler, action.definition, action.description, action.timeout_s, at, at, actor],
      );
      this.log(actor, 'created', action.name);
      return this.get(action.name);
    });
  }

  // `version` is the one the editor started from; a newer one in the database means that somebody else was faster.
  save(name, input, version, actor) {
    const action = this.valid_(input);
    return this.db_.transaction(() => {
      const row = this.row_(name);
      if (row.status === 'archived') throw new HttpError(409, 'archived', 'An archived action cannot be changed; restore it first.');
      if (row.status === 'publishing') throw new HttpError(409, 'publishing', 'Wait until the action is published.');
      if (version !== undefined && version !== row.version) {
        throw new HttpError(409, 'conflict', `${row.updated_by} has changed this action meanwhile.`);
      }
      if (action.name !== name && this.has(action.name)) throw this.name_taken_(action.name);
      const timeout_s = this.break_save_ ? action.timeout_s + 1 : action.timeout_s;
      const saved = { ...action, timeout_s };
      const changed = Object.keys(action).filter((key) => row[key] !== saved[key]);
      this.db_.run(
        `UPDATE actions SET name = ?, type = ?, handler = ?, definition = ?, description = ?, timeout_s = ?,
           version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?`,
        [saved.name, saved.type, saved.handler, saved.definition, saved.description, saved.timeout_s, this.now_(), actor, row.id],
      );
      if (saved.name !== name) this.db_.run('UPDATE activity SET action_name = ? WHERE action_name = ?', [saved.name, name]);
      this.log(actor, 'changed', saved.name, changed.join(', '));
      return this.get(saved.name);
    });
  }

  move(name, verb, actor) {
    return this.db_.transaction(() => {
      const row = this.row_(name);
      const rule = transition(verb, row.status);
      if (!rule) throw new HttpError(409, 'wrong_status', `Cannot ${verb} an action that is ${row.status}.`);
      this.set_status_(row.id, rule.to, actor);
      this.log(actor, rule.kind, name);
      return this.get(name);
    });
  }

  set_status_(id, status, actor) {
    this.db_.run('UPDATE actions SET status = ?, version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?', [
      status, this.now_(), actor, id,
    ]);
  }

  // The second half of publishing, when the roll-out is through; an action that is gone meanwhile is passed over.
  finish_publishing(name) {
    this.db_.transaction(() => {
      const row = this.db_.get("SELECT id, updated_by FROM actions WHERE name = ? AND status = 'publishing'", [name]);
      if (!row) return;
      this.set_status_(row.id, 'published', row.updated_by);
      this.log(row.updated_by, 'published', name);
    });
  }

  names_in_publishing() {
    return this.db_.all("SELECT name FROM actions WHERE status = 'publishing'").map((row) => row.name);
  }

  remove(name, actor) {
    this.db_.transaction(() => {
      this.db_.run('DELETE FROM actions WHERE id = ?', [this.row_(name).id]);
      this.log(actor, 'deleted', name);
    });
  }

  set_permission(name, role, allowed, actor) {
    return this.db_.transaction(() => {
      const { id } = this.row_(name);
      const sql = allowed
        ? 'INSERT OR IGNORE INTO permissions (action_id, role) VALUES (?, ?)'
        : 'DELETE FROM permissions WHERE action_id = ? AND role = ?';
      const { changes } = this.db_.run(sql, [id, role]);
      if (changes > 0) this.log(actor, allowed ? 'granted' : 'revoked', name, role);
      return this.permissions_(id);
    });
  }

  comments(name) {
    return this.db_.all('SELECT id, author, body, at FROM comments WHERE action_id = ? ORDER BY id', [this.row_(name).id]);
  }

  add_comment(name, body, actor) {
    const { id } = this.row_(name);
    return this.db_.transaction(() => {
      this.db_.run('INSERT INTO comments (action_id, author, body, at) VALUES (?, ?, ?, ?)', [id, actor, body, this.now_()]);
      this.log(actor, 'commented', name);
      return this.comments(name);
    });
  }

  remove_comment(name, comment_id, user) {
    const comment = this.comments(name).find((one) => one.id === comment_id);
    if (!comment) throw not_found(`comment ${comment_id}`);
    if (comment.author !== user.name && user.role !== 'admin') {
      throw new HttpError(403, 'not_allowed', 'Only its author or an admin can delete a comment.');
    }
    this.db_.run('DELETE FROM comments WHERE id = ?', [comment_id]);
  }

  activity({ action = '', kind = '', page = 1, page_size = 20 }) {
    const { add, clause, values } = conditions();
    if (action) add('instr(lower(action_name), lower(?)) > 0', action);
    if (kind) add('kind = ?', kind);
    const size = Math.min(Math.max(page_size, 1), page_size_max);
    const items = this.db_.all(`SELECT * FROM activity ${clause()} ORDER BY id DESC LIMIT ? OFFSET ?`, [
      ...values, size, (Math.max(page, 1) - 1) * size,
    ]);
    return { total: this.db_.get(`SELECT count(*) AS n FROM activity ${clause()}`, values).n, items };
  }
}
