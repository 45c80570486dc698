/** The filters of a list of artifacts as Harbor's `q` (H row 51). Pure. */

import { buildQuery } from '@/shared/query';

/** The ids of a filter of labels, such as `3,7`; what is no id is left out. */
export function labelIds(text: string | undefined): number[] {
  return (text ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
}

/** `tag` is part of a tag; `tagged` is `*` for any tag, `nil` for none: without effect where `tag` asks for one. */
export function artifactsQuery(filters: Record<string, string>): string | undefined {
  const tag = filters.tag?.trim() ?? '';
  const conditions = buildQuery([
    { key: 'type', comparison: 'exact', value: filters.type },
    tag === ''
      ? { key: 'tags', comparison: 'exact', value: filters.tagged }
      : { key: 'tags', comparison: 'contains', value: tag },
  ]);
  const labels = labelIds(filters.labels);
  const all = [conditions, labels.length > 0 ? `labels=(${labels.join(' ')})` : undefined];
  return all.filter((part) => part !== undefined).join(',') || undefined;
}
