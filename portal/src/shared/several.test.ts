import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { each, inTurn } from './several';

const same = (name: string) => name;

describe('each', () => {
  it('goes on after a failure, one at a time, and tells which failed', async () => {
    const log: string[] = [];
    const outcome = await each(['mona', 'otto', 'lena'], async (name) => {
      log.push(`${name} begins`);
      await Promise.resolve();
      if (name === 'otto') throw new Error('forbidden');
      log.push(`${name} ends`);
    });
    expect(log).toEqual(['mona begins', 'mona ends', 'otto begins', 'lena begins', 'lena ends']);
    expect(outcome).toEqual({ done: ['mona', 'lena'], failed: [{ item: 'otto', error: new Error('forbidden') }] });
  });
});

describe('changes in turn', () => {
  it('are done one after the other', async () => {
    const log: string[] = [];
    const run = async (name: string) => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    await inTurn(['mona', 'otto'], same, run, (name) => log.push(`${name} is told`));
    expect(log).toEqual(['mona begins', 'mona ends', 'mona is told', 'otto begins', 'otto ends', 'otto is told']);
  });

  it('end at the first that fails, which the error names', async () => {
    const refused = new ApiError('already a member', 409, 'CONFLICT', 'r1');
    const run = vi.fn(async (name: string) => {
      if (name === 'otto') throw refused;
    });
    const done = vi.fn();
    await expect(inTurn(['mona', 'otto', 'zoe'], same, run, done)).rejects.toMatchObject({
      message: 'otto: already a member',
      status: 409,
      requestId: 'r1',
    });
    expect(run).toHaveBeenCalledTimes(2);
    expect(done.mock.calls).toEqual([['mona']]);
  });

  it('keep the error as it is where there is only one', async () => {
    const refused = new ApiError('no', 403, 'FORBIDDEN', '');
    await expect(inTurn(['mona'], same, () => Promise.reject(refused), vi.fn())).rejects.toBe(refused);
  });
});
