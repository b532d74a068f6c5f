// Numbers as people say them, spelled as the terminal summary spells them (src/base/time.cpp), so that both tell the same run alike.

const THIN = '\u202f';  // A narrow no-break space: the number and its unit stay on one line.

export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  if (ms < 1000) return `${Math.round(ms)}${THIN}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}${THIN}s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}m ${pad(seconds % 60)}${THIN}s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}${THIN}h ${pad(minutes % 60)}${THIN}m`;
}

/** A point on the run's clock, counted from its start. */
export function formatOffset(ms: number): string {
  return `+${formatDuration(Math.max(0, ms))}`;
}

export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${THIN}B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${THIN}${units[unit] ?? 'kB'}`;
}

export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return `<0.1${THIN}%`;
  return `${percent < 9.95 && percent > 0 ? percent.toFixed(1) : Math.round(percent)}${THIN}%`;
}

export function formatRatio(ratio: number): string {
  return ratio > 0 && ratio < 0.005 ? `<0.01${THIN}×` : `${ratio.toFixed(2)}${THIN}×`;
}

export function formatInstant(epoch_ms: number, locale?: string, timeZone?: string): string {
  if (!(epoch_ms > 0)) return 'unknown';
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium', timeStyle: 'short', ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(epoch_ms));
}

/** The time of day, to the second. */
export function formatClock(epoch_ms: number): string {
  return Number.isFinite(epoch_ms) ? new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(new Date(epoch_ms)) : 'unknown';
}

/** How long ago, in the one unit that matters. */
export function formatAgo(age_ms: number): string {
  if (!Number.isFinite(age_ms)) return 'unknown';
  const minutes = Math.floor(age_ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes}${THIN}min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}${THIN}h ago`;
  return `${formatCount(Math.floor(minutes / 1440))}${THIN}days ago`;
}

/** The file's name without its folders. */
export function baseName(path: string): string {
  return path.split('/').pop() ?? path;
}

/** Sentences from elsewhere keep their numbers and units on one line, too. */
export function keepUnits(sentence: string): string {
  return sentence.replaceAll(/(\d) (ms|s|m|h|%|×)(?![\p{L}\d])/gu, `$1${THIN}$2`);
}

function pad(value: number): string {
  return value.toString().padStart(2, '0');
}
