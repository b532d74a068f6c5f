// The thin layer over node:http: a table of routes, JSON in and out, one place that turns errors into answers.
// It refuses bodies above the limit and bodies that are not JSON.

const body_bytes_max = 1024 * 1024;

// An answer other than success that the client is meant to understand.
export class HttpError extends Error {
  constructor(status, code, message, fields = undefined) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

export const not_found = (what) => new HttpError(404, 'not_found', `${what} does not exist`);

export function send_json(response, status, value, headers = {}) {
  const text = value === undefined ? '' : JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export function send_error(response, error) {
  if (error instanceof HttpError) {
    send_json(response, error.status, { error: { code: error.code, message: error.message, fields: error.fields } });
    return;
  }
  console.error(error);
  send_json(response, 500, { error: { code: 'internal', message: 'the server could not do this; its log says why' } });
}

export async function read_json(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > body_bytes_max) throw new HttpError(413, 'too_large', `the body must be at most ${body_bytes_max} bytes`);
    chunks.push(chunk);
  }
  // A browser cannot send this content type to another site without asking first, so it also guards against forgery.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new HttpError(415, 'not_json', "the content type must be 'application/json'");
  }
  let value;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'not_json', 'the body is not valid JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new HttpError(400, 'not_json', 'the body must be a JSON object');
  }
  return value;
}

// Routes are 'METHOD /path/:parameter'. The first that fits wins, so fixed paths stand before parameters.
export class Router {
  constructor() {
    this.routes_ = [];
  }

  add(route, handler) {
    const [method, pattern] = route.split(' ');
    const names = [];
    const source = pattern.replace(/:(\w+)/g, (_, name) => {
      names.push(name);
      return '([^/]+)';
    });
    this.routes_.push({ method, pattern: new RegExp(`^${source}$`), names, handler });
  }

  find(method, path) {
    let other_method = false;
    for (const route of this.routes_) {
      const match = route.pattern.exec(path);
      if (!match) continue;
      if (route.method !== method) {
        other_method = true;
        continue;
      }
      const parameters = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(match[i + 1])]));
      return { handler: route.handler, parameters };
    }
    if (other_method) throw new HttpError(405, 'method_not_allowed', `${method} is not possible here`);
    throw not_found(`'${path}'`);
  }
}
