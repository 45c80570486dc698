/** What an artifact runs on, as far as its manifest or config says. Pure. */

import type { ArtifactView } from '@/api/generated';

interface Platform {
  os?: unknown;
  architecture?: unknown;
  variant?: unknown;
}

/** `linux/arm64/v8`; nothing where it is not said, as of the attestations BuildKit puts into an index. */
export function platformName({ os, architecture, variant }: Platform): string | undefined {
  const known = [os, architecture].filter((part) => typeof part === 'string' && part !== '' && part !== 'unknown');
  if (known.length < 2) return undefined;
  return [...known, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/');
}

/** The platforms of an index, or the one of an image; each once. */
export function platformsOf({ references, extra_attrs: config }: Pick<ArtifactView, 'references' | 'extra_attrs'>) {
  const platforms: Platform[] =
    references?.map((reference) => reference.platform ?? {}) ??
    (typeof config === 'object' && config !== null ? [config] : []);
  const names = platforms.map(platformName).filter((name) => name !== undefined);
  return [...new Set(names)];
}
