// What went wrong with a request, as a value that can be shown: a problem document (RFC 9457), or the network's own failure.

export class ApiProblem extends Error {
  /** HTTP status; 0: the server was not reached or its answer not understood. */
  readonly status: number;
  readonly title: string;
  /** Every fault of a malformed body, when there are several. */
  readonly faults: readonly string[];

  constructor(status: number, title: string, detail: string, faults: readonly string[] = []) {
    super(detail === '' ? title : detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.title = title;
    this.faults = faults;
  }
}

/** Reads the body of a refused request; anything may stand there, since a proxy may have answered. */
export function readProblem(status: number, status_text: string, body: string): ApiProblem {
  const value = parse(body);
  const text = (name: string): string => typeof value[name] === 'string' ? value[name] : '';
  const faults = Array.isArray(value.errors) ? value.errors.map(faultText).filter((one) => one !== '') : [];
  const title = text('title') === '' ? `${status}${status_text === '' ? '' : ` ${status_text}`}` : text('title');
  return new ApiProblem(status, title, text('detail'), faults);
}

export function asProblem(fault: unknown): ApiProblem {
  if (fault instanceof ApiProblem) return fault;
  return new ApiProblem(0, 'The server cannot be reached', fault instanceof Error ? fault.message : String(fault));
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function faultText(fault: unknown): string {
  if (typeof fault === 'string') return fault;
  if (typeof fault === 'object' && fault !== null && 'detail' in fault && typeof fault.detail === 'string') return fault.detail;
  return '';
}
