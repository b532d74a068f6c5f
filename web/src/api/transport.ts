// One request to the server: JSON out, JSON in, every failure an ApiProblem. A session that is missing or over is also told to whoever owns
// the page, because any request may be the one that finds out.
import { ApiProblem, asProblem, readProblem } from './problem';

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

export interface Transport {
  get: <T>(path: string, signal?: AbortSignal) => Promise<T>;
  send: <T>(method: 'POST' | 'DELETE', path: string, body?: object) => Promise<T | null>;
  /** POST of a file's bytes as they are. */
  sendFile: <T>(path: string, file: File) => Promise<T>;
}

/** Also what keeps another site's page from changing something with the reader's cookie: it cannot send this unasked. */
const OWN_PAGE = { 'X-Tamarack': '1' };

export function makeTransport(fetch: Fetch, signedOut: () => void): Transport {
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(path, { ...init, credentials: 'same-origin' });
    } catch (fault) {
      if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
      throw asProblem(fault);
    }
    if (response.ok) return response;
    const problem = readProblem(response.status, response.statusText, await response.text().catch(() => ''));
    if (response.status === 401) signedOut();
    throw problem;
  };
  return {
    get: async <T>(path: string, signal?: AbortSignal): Promise<T> => {
      const response = await ask(path, { headers: { Accept: 'application/json' }, ...(signal === undefined ? {} : { signal }) });
      return await readJson<T>(response);
    },
    send: async <T>(method: 'POST' | 'DELETE', path: string, body?: object): Promise<T | null> => {
      const with_body = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await ask(path, { method, headers: { ...OWN_PAGE, Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...with_body });
      return response.status === 204 || response.headers.get('Content-Length') === '0' ? null : await readJson<T>(response);
    },
    sendFile: async <T>(path: string, file: File): Promise<T> => {
      const response = await ask(path, { method: 'POST', headers: { ...OWN_PAGE, Accept: 'application/json', 'Content-Type': 'application/octet-stream' }, body: file });
      return await readJson<T>(response);
    },
  };
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    // From bytes to values without a string between: a report of 100,000 tests is tens of megabytes.
    return await response.json() as T;
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
    throw new ApiProblem(0, 'The server’s answer cannot be read', `expected JSON: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
}
