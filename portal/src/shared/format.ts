/** How numbers, times and names are written. Pure. */

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Bytes in the largest binary unit that leaves one digit or more before the point: `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.95 KiB would be written as 1024.0
  while (Math.abs(value) >= 1023.95 && unit < BINARY.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${BINARY[unit]}`;
}

/** Bytes of `10 GiB`, `1.5gb`, `512`; null when it is none. Units are binary, -1 is "no limit" and written so. */
export function parseBytes(text: string): number | null {
  const found = /^\s*(\d+(?:\.\d+)?)\s*([kmgtpe]?)(?:i?b)?\s*$/i.exec(text);
  if (found === null) return null;
  const power = 'kmgtpe'.indexOf((found[2] ?? '').toLowerCase()) + 1;
  const bytes = Number(found[1]) * 1024 ** (found[2] === '' ? 0 : power);
  return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : null;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Seconds: what is an hour ahead, or a day, is so for a moment longer. */
const MOMENT = 60;

/** `3 hours ago`, `in 2 days`; seconds are `now`. */
export function formatRelative(time: Date, now: Date, language: string): string {
  const away = (time.getTime() - now.getTime()) / 1000;
  const seconds = away >= 3_600 - MOMENT ? away + MOMENT : away;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, 'second');
}

/** Whether a time of the API is one: Harbor's "never" is year 1, or nothing. */
export function isTime(text: string | null | undefined): text is string {
  return Boolean(text) && !text?.startsWith('0001-01-01');
}

/** How long something took: `350 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `sha256:0123456789ab`: enough of a digest to tell it from others. */
export function shortDigest(digest: string): string {
  const [algorithm, hex] = digest.split(':');
  return hex === undefined ? digest.slice(0, 19) : `${algorithm}:${hex.slice(0, 12)}`;
}

/** A repository's name without its project: what the API wants below a project. */
export function repositoryInProject(fullName: string): string {
  return fullName.slice(fullName.indexOf('/') + 1);
}
