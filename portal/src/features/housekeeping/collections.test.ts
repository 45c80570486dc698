import { describe, expect, it } from 'vitest';
import { numbersOf, optionsOf, parametersFor, parseWorkers, thingsIn, windowOf } from './collections';

const RUN = {
  job_parameters: JSON.stringify({
    delete_tag: false,
    delete_untagged: true,
    deletions: 2,
    dry_run: true,
    freed_space: 2048,
    purged_blobs: 6,
    purged_manifests: 3,
    time_window: 2,
    untagged: 1,
    workers: 4,
  }),
};

describe('collections', () => {
  it('reads how one is run', () => {
    expect(optionsOf(RUN)).toEqual({ deleteUntagged: true, workers: 4, dryRun: true });
    expect(windowOf(RUN)).toBe(2);
  });

  it('takes no number of workers for one', () => {
    expect(optionsOf({ job_parameters: '{"workers":0}' }).workers).toBe(1);
  });

  it('sends back what it read', () => {
    expect(parametersFor(optionsOf(RUN))).toEqual({ delete_untagged: true, workers: 4, dry_run: true });
  });

  it('reads what one did', () => {
    const numbers = numbersOf(RUN);
    expect(numbers).toEqual({ untagged: 1, deletions: 2, blobs: 6, manifests: 3, freedBytes: 2048 });
    expect(thingsIn(numbers)).toBe(12);
  });

  it('counts nothing for one that has not begun', () => {
    expect(thingsIn(numbersOf({}))).toBe(0);
    expect(windowOf({})).toBeNull();
  });

  it.each([
    ['1', 1],
    ['10', 10],
    ['0', null],
    ['11', null],
    ['2.5', null],
    ['', null],
    ['two', null],
  ])('reads %j as %j workers', (text, workers) => {
    expect(parseWorkers(text)).toBe(workers);
  });
});
