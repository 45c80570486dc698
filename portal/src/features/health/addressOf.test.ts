import { expect, it } from 'vitest';
import { addressOf } from './addressOf';

it('leads to the artifact, with the repository as one part of the address', () => {
  expect(addressOf('shop/web/cart', 'sha256:abc')).toBe(
    '/harbor/projects/shop/repositories/web%2Fcart/artifacts-tab/artifacts/sha256:abc',
  );
});

it('leads nowhere when the project would be taken for another one', () => {
  expect(addressOf('2024/web', 'sha256:abc')).toBeNull();
});
