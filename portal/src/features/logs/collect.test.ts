import { describe, expect, it } from 'vitest';
import { collect, PAGE_SIZE } from './collect';

/** A log whose newest row has the number `newest`; notes what it was asked. */
function logOf(newest: number) {
  const asked: (number | undefined)[] = [];
  const load = (before: number | undefined) => {
    asked.push(before);
    const first = (before ?? newest + 1) - 1;
    const length = Math.max(0, Math.min(PAGE_SIZE, first));
    return Promise.resolve(Array.from({ length }, (_, index) => ({ id: first - index })));
  };
  return { asked, load };
}

const signal = new AbortController().signal;
const onProgress = () => undefined;

describe('collect', () => {
  it('goes on from the last row until there are no more', async () => {
    const { asked, load } = logOf(250);
    const progress: number[] = [];
    const { rows, isCut } = await collect({ load, signal, onProgress: (fetched) => progress.push(fetched) });
    expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 250 }, (_, index) => 250 - index));
    expect(isCut).toBe(false);
    expect(asked).toEqual([undefined, 151, 51]);
    expect(progress).toEqual([100, 200, 250]);
  });

  it('asks once for an empty log', async () => {
    const { asked, load } = logOf(0);
    expect(await collect({ load, signal, onProgress })).toEqual({ rows: [], isCut: false });
    expect(asked).toHaveLength(1);
  });

  it('ends at the limit, and says whether there is more', async () => {
    const more = await collect({ load: logOf(1000).load, signal, onProgress, limit: 300 });
    expect(more.rows).toHaveLength(300);
    expect(more.isCut).toBe(true);
    const exact = await collect({ load: logOf(300).load, signal, onProgress, limit: 300 });
    expect(exact.rows).toHaveLength(300);
    expect(exact.isCut).toBe(false);
  });

  it('stops when it is cancelled', async () => {
    const { asked, load } = logOf(1000);
    const cancel = new AbortController();
    const running = collect({ load, signal: cancel.signal, onProgress: () => cancel.abort() });
    await expect(running).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
});
