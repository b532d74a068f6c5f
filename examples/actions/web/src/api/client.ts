// One function for every call to the server. Errors become ApiError with the server's own words.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
  ) {
    super(message);
  }
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.');
  }
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const { code = 'unknown', message = `The server answered ${response.status}.`, fields } = answer?.error ?? {};
  throw new ApiError(response.status, code, message, fields);
}

export const action_path = (name: string, rest = '') => `/api/actions/${encodeURIComponent(name)}${rest}`;
