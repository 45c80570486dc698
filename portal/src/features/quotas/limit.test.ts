import { expect, it } from 'vitest';
import { fromGiB, toGiB } from './limit';

it.each([
  [-1, '-1'],
  [1024 ** 3, '1'],
  [1.5 * 1024 ** 3, '1.5'],
  [1024 ** 5, '1048576'],
])('%d bytes are %s GiB', (bytes, text) => {
  expect(toGiB(bytes)).toBe(text);
  expect(fromGiB(text)).toBe(bytes);
});

it.each(['', ' ', '0', '-2', '1e3', '1,5', 'ten', '1048577'])('%j GiB is no limit', (text) => {
  expect(fromGiB(text)).toBeNull();
});
