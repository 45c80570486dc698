/** Harbor's `q=`: `name=~web,type=user`. Pure. */

/** How the value of a filter is compared. */
export type Comparison = 'contains' | 'exact' | 'range';

/** The value of one filter as `q` has it; encoded, since the server decodes `q` once more. */
function condition(key: string, comparison: Comparison, value: string): string {
  // A comma separates conditions, and there is no way to write another one.
  const safe = encodeURIComponent(value.replaceAll(',', ' ').trim());
  if (comparison === 'contains') return `${key}=~${safe}`;
  if (comparison === 'range') return `${key}=[${value}]`;
  return `${key}=${/^[~[{(\\]/.test(value) ? '\\' : ''}${safe}`;
}

/** All conditions; undefined when there is none, so that the parameter is left out. */
export function buildQuery(
  filters: { key: string; comparison: Comparison; value: string | undefined }[],
): string | undefined {
  const parts = filters
    .filter(({ value }) => value !== undefined && value.trim() !== '')
    .map(({ key, comparison, value }) => condition(key, comparison, value ?? ''));
  return parts.length === 0 ? undefined : parts.join(',');
}
