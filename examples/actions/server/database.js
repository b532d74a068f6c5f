// One SQLite file in DATA_DIR. The folder belongs to one server at a time: a lock that a killed server left behind is
// removed when the next one opens the file, because nobody else may be using it.
import { readFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import sqlite from 'node-sqlite3-wasm';

const schema = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');
const tables = ['sessions', 'permissions', 'comments', 'activity', 'settings', 'actions', 'users'];

export class Database {
  constructor(data_dir) {
    mkdirSync(data_dir, { recursive: true });
    const file = path.join(data_dir, 'actions.sqlite');
    rmSync(`${file}.lock`, { recursive: true, force: true });
    this.file = file;
    this.connection_ = new sqlite.Database(file);
    // TRUNCATE keeps the journal file instead of making a new one for every write; WAL needs shared memory, which the
    // WebAssembly build does not have.
    this.connection_.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL;');
    this.connection_.exec(schema);
  }

  all(sql, values = []) {
    return this.connection_.all(sql, values);
  }

  get(sql, values = []) {
    return this.connection_.get(sql, values) ?? undefined;
  }

  run(sql, values = []) {
    return this.connection_.run(sql, values);
  }

  // Runs `work` in one transaction. A transaction inside another joins the outer one.
  transaction(work) {
    if (this.connection_.inTransaction) return work();
    this.connection_.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.connection_.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.connection_.inTransaction) this.connection_.exec('ROLLBACK');
      throw error;
    }
  }

  is_empty() {
    return this.get('SELECT count(*) AS n FROM users').n === 0;
  }

  wipe() {
    this.transaction(() => {
      for (const table of tables) this.connection_.exec(`DELETE FROM ${table}`);
    });
  }

  close() {
    if (this.connection_.isOpen) this.connection_.close();
  }
}
