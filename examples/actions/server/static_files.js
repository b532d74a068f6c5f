// Serves the built pages from dist/. Files with a hash in their name may be kept for ever; index.html never, and it is
// the answer for every path that is a page of the application.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export class StaticFiles {
  // All files are held in memory: there are few, and no request can then name a path outside the folder.
  constructor(folder) {
    this.files_ = new Map();
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
      this.files_.set(url, { bytes: readFileSync(file), type: types[path.extname(file)] ?? 'application/octet-stream' });
    }
    if (!this.files_.has('/index.html')) throw new Error(`'${folder}' holds no index.html`);
  }

  send(request, response, url_path) {
    const is_file = this.files_.has(url_path) || url_path.startsWith('/assets/');
    const file = this.files_.get(is_file ? url_path : '/index.html');
    if (!file || !['GET', 'HEAD'].includes(request.method)) {
      response.writeHead(file ? 405 : 404).end();
      return;
    }
    const headers = {
      'content-type': file.type,
      'cache-control': url_path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    };
    let body = file.bytes;
    if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      body = file.gzip ??= gzipSync(file.bytes);
      headers['content-encoding'] = 'gzip';
    }
    response.writeHead(200, { ...headers, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
