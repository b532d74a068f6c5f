// The application without its process: answers requests from a database and the built pages. It is not ready until
// warm_up() is through; before that every answer is 503.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ActionStore } from './action_store.js';
import { current_user } from './auth.js';
import { Database } from './database.js';
import { HttpError, read_json, send_error, send_json } from './http.js';
import { make_router } from './routes.js';
import { seed } from './seed.js';

// Longer than anybody pauses between two calls. Node's own 5 s end just when a client sends its next call down the same
// connection, which then sees it reset.
const IDLE_CONNECTION_MS = 120_000;

export class App {
  constructor(config, pages, log = console.log) {
    this.config_ = config;
    this.pages_ = pages;
    this.log_ = log;
    this.router_ = make_router();
    this.timers_ = new Set();
    this.server = createServer((request, response) => this.answer_(request, response));
    this.server.keepAliveTimeout = IDLE_CONNECTION_MS;
  }

  // Rejects when the port cannot be had. The port is taken first, so that two servers never open one database.
  listen() {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port: this.config_.port, host: '127.0.0.1' }, () => resolve(this.server.address().port));
    });
  }

  async warm_up() {
    await delay(this.config_.cold_start_ms);
    this.db_ = new Database(this.config_.data_dir);
    this.store_ = new ActionStore(this.db_, this.config_);
    if (this.db_.is_empty()) seed(this.db_);
    // A roll-out that the last stop cut short is taken up again.
    for (const name of this.store_.names_in_publishing()) this.publish_later_(name);
  }

  publish_later_(name) {
    const timer = setTimeout(() => {
      this.timers_.delete(timer);
      this.store_.finish_publishing(name);
    }, this.config_.publish_ms);
    this.timers_.add(timer);
  }

  async answer_(request, response) {
    const started = performance.now();
    response.on('finish', () => {
      const ms = (performance.now() - started).toFixed(1);
      this.log_(`${new Date().toISOString()} ${request.method} ${request.url} ${response.statusCode} ${ms} ms`);
    });
    try {
      await this.route_(request, response);
    } catch (error) {
      if (!response.headersSent) send_error(response, error);
      else response.destroy(error);
    }
  }

  async route_(request, response) {
    const url = new URL(request.url, 'http://localhost');
    if (!this.store_) {
      send_json(response, 503, { ok: false, error: { code: 'starting', message: 'the server is starting' } }, { 'retry-after': '1' });
      return;
    }
    if (url.pathname === '/healthz') {
      send_json(response, 200, { ok: true, pid: process.pid, data_dir: this.config_.data_dir });
      return;
    }
    if (url.pathname === '/__test__/reset' && request.method === 'POST') {
      this.reset_();
      send_json(response, 200, { ok: true });
      return;
    }
    if (!url.pathname.startsWith('/api/')) {
      this.pages_.send(request, response, url.pathname);
      return;
    }
    const { handler, parameters } = this.router_.find(request.method, url.pathname);
    const result = await handler({
      config: this.config_,
      db: this.db_,
      store: this.store_,
      user: current_user(this.db_, request),
      request,
      response,
      parameters,
      query: url.searchParams,
      body: () => read_json(request),
      publish_later: (name) => this.publish_later_(name),
    });
    send_json(response, response.statusCode, result);
  }

  reset_() {
    if (!this.config_.allow_test_reset) {
      throw new HttpError(403, 'not_allowed', 'resetting needs a server that was started with ALLOW_TEST_RESET=1');
    }
    this.db_.transaction(() => {
      this.db_.wipe();
      seed(this.db_);
    });
  }

  // Lets the answers that are under way finish, then closes the database.
  async close() {
    for (const timer of this.timers_) clearTimeout(timer);
    this.server.closeIdleConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.db_?.close();
  }
}
