import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatRelative,
  isTime,
  parseBytes,
  repositoryInProject,
  shortDigest,
} from './format';

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [5 * 1024 ** 3, '5 GiB'],
    [2 ** 63, '8 EiB'],
  ])('%d are written %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    ['512', 512],
    ['10 GiB', 10 * 1024 ** 3],
    ['1.5gb', 1.5 * 1024 ** 3],
    [' 2 k ', 2048],
    ['', null],
    ['ten', null],
    ['-5', null],
    ['99999999 EiB', null],
  ])('%j is read as %j', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });
});

describe('times', () => {
  const now = new Date('2026-06-01T12:00:00Z');

  it.each([
    ['2026-06-01T11:59:30Z', 'now'],
    ['2026-06-01T11:58:00Z', '2 minutes ago'],
    ['2026-05-31T11:00:00Z', 'yesterday'],
    ['2026-06-01T12:02:59Z', 'in 2 minutes'],
    ['2026-06-04T12:00:00Z', 'in 3 days'],
    ['2026-06-08T11:59:58Z', 'in 7 days'],
    ['2026-06-08T11:58:00Z', 'in 6 days'],
    ['2026-05-18T12:00:00Z', '14 days ago'],
    ['2024-06-01T12:00:00Z', '2 years ago'],
  ])('%s is %s', (time, text) => {
    expect(formatRelative(new Date(time), now, 'en')).toBe(text);
  });

  it("knows Harbor's never", () => {
    expect(isTime('0001-01-01T00:00:00.000Z')).toBe(false);
    expect(isTime(undefined)).toBe(false);
    expect(isTime('2026-06-01T12:00:00.000Z')).toBe(true);
  });

  it.each([
    [350, '350 ms'],
    [4200, '4.2 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('names', () => {
  it('keeps enough of a digest', () => {
    expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('sha256:0123456789ab');
  });

  it('takes the project off a repository', () => {
    expect(repositoryInProject('shop/web/cart')).toBe('web/cart');
  });
});
