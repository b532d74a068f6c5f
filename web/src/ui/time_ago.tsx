// How long ago something was, with the instant itself for whoever asks.
import { formatAgo, formatInstant } from '../text/format';
import { useNow } from './use_now';

const EVERY_MS = 15_000;

/** `at` is ISO 8601. */
export function TimeAgo({ at }: { at: string }): React.ReactNode {
  const now = useNow(EVERY_MS);
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) return <span className="soft">–</span>;
  return <time dateTime={at} title={formatInstant(instant)}>{formatAgo(Math.max(0, now - instant))}</time>;
}
