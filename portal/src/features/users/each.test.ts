import { expect, it } from 'vitest';
import { each } from './each';

it('goes on after a failure, one at a time, and tells which failed', async () => {
  const log: string[] = [];
  const failed = await each(['mona', 'otto', 'lena'], async (name) => {
    log.push(`${name} begins`);
    await Promise.resolve();
    if (name === 'otto') throw new Error('forbidden');
    log.push(`${name} ends`);
  });
  expect(log).toEqual(['mona begins', 'mona ends', 'otto begins', 'lena begins', 'lena ends']);
  expect(failed).toEqual([{ item: 'otto', error: new Error('forbidden') }]);
});
