// A line of server-sent events in the hands of a test.
import type { EventLine } from '../api/live_events';

export class TestLine implements EventLine {
  readyState = 1;
  closed = false;
  private readonly listeners = new Map<string, ((event: MessageEvent<string>) => void)[]>();

  addEventListener(name: string, listen: (event: MessageEvent<string>) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listen]);
  }

  close(): void {
    this.closed = true;
    this.readyState = 2;
  }

  tell(name: string, data: unknown = {}): void {
    for (const listen of this.listeners.get(name) ?? []) listen(new MessageEvent(name, { data: typeof data === 'string' ? data : JSON.stringify(data) }));
  }

  /** As a browser that tries again by itself, or has given up. */
  fail(given_up: boolean): void {
    this.readyState = given_up ? 2 : 0;
    this.tell('error');
  }
}
