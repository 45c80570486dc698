import { expect, it } from 'vitest';
import { accessoryKind } from './accessoryTypes';

it.each([
  ['signature.cosign', undefined, 'signatureCosign'],
  ['signature.notation', 'application/vnd.cncf.notary.signature', 'signatureNotation'],
  ['sbom.harbor', undefined, 'sbom'],
  ['accelerator.nydus', undefined, 'nydus'],
  ['subject.accessory', 'application/spdx+json', 'sbom'],
  ['subject.accessory', 'application/vnd.cyclonedx+json', 'sbom'],
  ['subject.accessory', 'application/vnd.in-toto+json', 'attestation'],
  ['subject.accessory', 'application/vnd.example.report', 'other'],
  ['subject.accessory', undefined, 'other'],
])('%s of type %s is %s', (type, artifactType, kind) => {
  expect(accessoryKind(type, artifactType)).toBe(kind);
});
