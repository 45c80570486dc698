import { describe, expect, it } from 'vitest';
import { GENERATED, generateSecret, isAccepted, isComplete, isStrong } from './secrets';

describe('a secret', () => {
  it.each([
    ['Harbor12345', true],
    ['Aa345678', true],
    ['Aa34567', false],
    ['harbor12345', false],
    ['HARBOR12345', false],
    ['HarborHarbor', false],
    [`Aa1${'x'.repeat(125)}`, true],
    [`Aa1${'x'.repeat(126)}`, false],
    ['Aa1😀😀😀😀', false],
  ])('%j is strong: %j', (secret, strong) => {
    expect(isStrong(secret)).toBe(strong);
  });

  it('is accepted when it was typed the same twice', () => {
    expect(isAccepted({ value: 'Harbor12345', repeated: 'Harbor12345' })).toBe(true);
    expect(isAccepted({ value: 'Harbor12345', repeated: 'Harbor12346' })).toBe(false);
    expect(isAccepted({ value: 'weak', repeated: 'weak' })).toBe(false);
  });

  it('has to be accepted only where it is typed', () => {
    const typed = { value: 'Harbor12345', repeated: '' };
    expect(isComplete({ ...GENERATED, typed })).toBe(true);
    expect(isComplete({ isTyped: true, typed })).toBe(false);
    expect(isComplete({ isTyped: true, typed: { value: 'Harbor12345', repeated: 'Harbor12345' } })).toBe(true);
  });

  it('is another one each time it is generated, and strong', () => {
    const generated = Array.from({ length: 20 }, () => generateSecret());
    expect(new Set(generated).size).toBe(20);
    expect(generated.every((secret) => isStrong(secret) && secret.length === 32)).toBe(true);
  });
});
