import { describe, expect, it } from 'vitest';
import { deleteEach } from './deleteEach';

describe('deleteEach', () => {
  it('goes on after what is refused, and says what was', async () => {
    const asked: string[] = [];
    const refusal = new Error('immutable');
    const outcome = await deleteEach(['a', 'b', 'c'], (item) => {
      asked.push(item);
      return item === 'b' ? Promise.reject(refusal) : Promise.resolve();
    });
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(outcome).toEqual({ deleted: ['a', 'c'], refused: [{ item: 'b', error: refusal }] });
  });
});
