import { describe, expect, it } from 'vitest';
import { HOME, safeTarget } from './redirect';

describe('where one goes after signing in', () => {
  it.each(['/harbor/projects/3/logs?page=2&name=web', '/harbor/clearing-job/gc'])('is what was asked for: %s', (to) => {
    expect(safeTarget(to)).toBe(to);
  });

  it.each([
    null,
    '',
    '/',
    '/harbor',
    '/account/sign-in',
    'https://elsewhere.example/harbor/',
    '//elsewhere.example/harbor/',
    '/\\elsewhere.example/harbor/',
    '/harbor/\\elsewhere.example',
    'javascript:alert(1)',
    ' /harbor/projects',
  ])('is the start for %j', (wanted) => {
    expect(safeTarget(wanted)).toBe(HOME);
  });
});
