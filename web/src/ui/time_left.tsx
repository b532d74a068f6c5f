// How long until something is, with the instant itself for whoever asks.
import { formatDuration, formatInstant } from '../text/format';
import { useNow } from './use_now';

const EVERY_MS = 1_000;

/** `until` is ISO 8601. */
export function TimeLeft({ until }: { until: string }): React.ReactNode {
  const now = useNow(EVERY_MS);
  const instant = Date.parse(until);
  if (Number.isNaN(instant)) return <span className="soft">–</span>;
  return <time dateTime={until} title={formatInstant(instant)}>{instant <= now ? 'now' : `in ${formatLeft(instant - now)}`}</time>;
}

/** Days are said in days: nobody counts 29 of them in hours. */
function formatLeft(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days >= 2 ? `${days} days` : formatDuration(ms);
}
