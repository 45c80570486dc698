import { describe, expect, it } from 'vitest';
import { retentionDays } from './retention';

describe('retentionDays', () => {
  it('are between the deletion and the end of its window', () => {
    expect(
      retentionDays({ deletion_time: '2026-03-01T10:00:00.250Z', restorable_until: '2026-03-08T10:00:00.250Z' }),
    ).toBe(7);
  });
});
