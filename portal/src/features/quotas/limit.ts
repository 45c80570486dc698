/** Limits of storage: bytes for the API, GiB for people, -1 for none. Pure. */

export const UNLIMITED = -1;

const GIB = 1024 ** 3;

/** Harbor's largest limit. */
export const LARGEST = 1024 ** 5;

/** Bytes as GiB; `-1` for no limit. */
export function toGiB(bytes: number): string {
  return bytes < 0 ? String(UNLIMITED) : String(Number((bytes / GIB).toFixed(6)));
}

/** Bytes of GiB; null when it is no limit the API takes. */
export function fromGiB(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === String(UNLIMITED)) return UNLIMITED;
  if (!/^\d+(?:\.\d+)?$/.test(trimmed)) return null;
  const bytes = Math.round(Number(trimmed) * GIB);
  return bytes >= 1 && bytes <= LARGEST ? bytes : null;
}
