/** The children of an index: images, and what the builder says about them. Pure. */

import type { ReferenceView } from '@/api/generated';
import { platformName } from '@/features/repositories/platforms';
import { attestedDigest, isAttestation } from './details';

export interface Child {
  digest: string;
  id: number;
  /** Empty where the index does not say it. */
  platform: string;
  annotations: Record<string, string>;
}

export interface Attestation extends Child {
  /** The digest of the image it is about, and its platform, where the index has them. */
  about: string | undefined;
  aboutPlatform: string | undefined;
}

export interface Children {
  images: Child[];
  attestations: Attestation[];
}

export function childrenOf(references: ReferenceView[]): Children {
  const images = references.filter((reference) => !isAttestation(reference)).map(child);
  const attestations = references.filter(isAttestation).map((reference) => {
    const about = attestedDigest(reference);
    return {
      ...child(reference),
      about,
      aboutPlatform: images.find(({ digest }) => digest === about)?.platform,
    };
  });
  return { images, attestations };
}

function child(reference: ReferenceView): Child {
  const version = reference.platform?.OsVersion ?? '';
  const name = platformName(reference.platform ?? {}) ?? '';
  return {
    digest: reference.child_digest,
    id: reference.child_id,
    platform: version === '' ? name : `${name} (${version})`,
    annotations: reference.annotations ?? {},
  };
}

/** Harbor's `q` of a list of artifacts that are in an index, and so not in a usual list. */
export function childrenQuery(children: Child[]): string {
  return `base=*,id={${children.map(({ id }) => id).join(' ')}}`;
}
