import { describe, expect, it } from 'vitest';
import { isMissingCode, watchMissingCode } from './missingCode';

describe('missing code', () => {
  it('is known by the error that loading it ended with, and no other error is taken for it', () => {
    watchMissingCode();
    const error = new TypeError('Failed to fetch dynamically imported module');
    expect(isMissingCode(error)).toBe(false);
    window.dispatchEvent(Object.assign(new Event('vite:preloadError'), { payload: error }));
    expect(isMissingCode(error)).toBe(true);
    expect(isMissingCode(new TypeError(error.message))).toBe(false);
    expect(isMissingCode(undefined)).toBe(false);
  });
});
