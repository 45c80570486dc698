/** What is attached to artifacts, by Harbor's types (H row 58) and by the types their makers gave. Pure. */

export type AccessoryKind = 'signatureCosign' | 'signatureNotation' | 'sbom' | 'attestation' | 'nydus' | 'other';

const BY_TYPE: Record<string, AccessoryKind> = {
  'signature.cosign': 'signatureCosign',
  'signature.notation': 'signatureNotation',
  'sbom.harbor': 'sbom',
  'accelerator.nydus': 'nydus',
};

/** `artifactType`: of its manifest, where that is known. */
export function accessoryKind(type: string, artifactType: string | undefined): AccessoryKind {
  const kind = BY_TYPE[type];
  if (kind !== undefined) return kind;
  if (/spdx|cyclonedx|syft/i.test(artifactType ?? '')) return 'sbom';
  if (/in-toto|attestation/i.test(artifactType ?? '')) return 'attestation';
  return 'other';
}
