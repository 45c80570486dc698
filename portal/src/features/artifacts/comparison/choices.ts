/** What is offered while somebody types a tag or a digest. Pure. */

import type { ArtifactView } from '@/api/generated';
import { shortDigest } from '@/shared/format';
import { buildQuery } from '@/shared/query';

export interface Choice {
  key: string;
  name: string;
  detail: string;
  digest: string;
}

/** Whether a text can only be a digest, or the beginning of one. */
function isDigest(text: string): boolean {
  return /^sha(256|512):?/.test(text);
}

/** Harbor's `q` for what was typed; the newest artifacts while nothing was. */
export function pickerQuery(text: string): string | undefined {
  if (isDigest(text)) return buildQuery([{ key: 'digest', comparison: 'contains', value: text }]);
  return buildQuery([{ key: 'tags', comparison: 'contains', value: text }]);
}

/** The tags that fit, and artifacts without one. */
export function choicesOf(artifacts: ArtifactView[], text: string): { tagged: Choice[]; untagged: Choice[] } {
  const byDigest = isDigest(text);
  const tagged = artifacts.flatMap(({ tags, digest }) =>
    (tags ?? [])
      .filter(({ name }) => byDigest || name.includes(text))
      .map(({ name }) => ({ key: `tag:${name}`, name, detail: shortDigest(digest), digest })),
  );
  const untagged = artifacts
    .filter(({ tags }) => byDigest || !tags?.length)
    .map(({ digest, type }) => ({ key: digest, name: shortDigest(digest), detail: type, digest }));
  return { tagged, untagged };
}
