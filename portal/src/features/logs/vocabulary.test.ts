import { expect, it } from 'vitest';
import { capitalized, eventTypeOf, PROJECT_RESOURCE_TYPES, resourceTypesOf, splitDigest } from './vocabulary';

it('finds the resource types of event types', () => {
  expect(
    resourceTypesOf(['create_tag', 'delete_tag', 'update_tag_retention', 'delete_artifact_label', 'exceed_quota']),
  ).toEqual(['artifact-label', 'tag', 'tag retention']);
});

it.each(PROJECT_RESOURCE_TYPES)('finds %s by its event type', (type) => {
  expect(resourceTypesOf([eventTypeOf('create', type)])).toEqual([type]);
});

const DIGEST = `sha256:${'5ea1'.repeat(16)}`;

it.each([
  [`shop/cart@${DIGEST}`, 'shop/cart@', DIGEST],
  [DIGEST, '', DIGEST],
  ['shop/cart:1.0', 'shop/cart:1.0', ''],
  [`shop/${DIGEST}/x`, `shop/${DIGEST}/x`, ''],
  ['shop/cart@sha256:5ea1', 'shop/cart@sha256:5ea1', ''],
  ['', '', ''],
])('splits %s before its digest', (name, before, digest) => {
  expect(splitDigest(name)).toEqual({ before, digest });
});

it.each([
  ['immutable tag rule', 'Immutable tag rule'],
  ['émir', 'Émir'],
  ['', ''],
])('begins %s with a capital', (text, capital) => {
  expect(capitalized(text, 'en')).toBe(capital);
});
