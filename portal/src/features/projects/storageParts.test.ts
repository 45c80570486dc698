import { describe, expect, it } from 'vitest';
import type { ProjectStorage } from '@/api/generated';
import { colorOf, SHOWN, storageParts, type Part } from './storageParts';

const storage = (more: Partial<ProjectStorage> = {}): ProjectStorage => ({
  used: 100,
  hard: -1,
  shared: 30,
  unreferenced: 5,
  repository_count: 3,
  repositories: [
    { name: 'shop/a', size: 70, only_here: 40 },
    { name: 'shop/b', size: 30, only_here: 0 },
  ],
  computed_at: '2026-05-04T09:30:00.000Z',
  ...more,
});

const named = ({ of }: Part) => ('rest' in of ? of.rest : of.repository);
const bytes = (parts: Part[]) => Object.fromEntries(parts.map((part) => [named(part), part.bytes]));
const width = (parts: Part[]) => parts.reduce((sum, part) => sum + part.width, 0);

describe('storageParts', () => {
  it('add up to what is used', () => {
    const parts = storageParts(storage());
    expect(bytes(parts)).toEqual({ 'shop/a': 40, others: 25, shared: 30, unreferenced: 5 });
    expect(width(parts)).toBeCloseTo(100);
  });

  it('are drawn to the scale of the limit, with what is free', () => {
    const parts = storageParts(storage({ hard: 400 }));
    expect(bytes(parts)).toMatchObject({ 'shop/a': 40, free: 300 });
    expect(parts.map(({ width }) => width)).toEqual([10, 6.25, 7.5, 1.25, 75]);
  });

  it('fill the bar when more is used than may be', () => {
    const parts = storageParts(storage({ hard: 50 }));
    expect(parts.map(named)).not.toContain('free');
    expect(width(parts)).toBeCloseTo(100);
  });

  it('are none of a project that holds nothing', () => {
    expect(storageParts(storage({ used: 0, shared: 0, unreferenced: 0, repositories: [] }))).toEqual([]);
  });

  it('count repositories that are not shown among the others', () => {
    const repositories = Array.from({ length: SHOWN + 2 }, (_, index) => ({
      name: `shop/${index}`,
      size: 10,
      only_here: 10,
    }));
    const parts = storageParts(storage({ used: 100, shared: 0, unreferenced: 0, repositories }));
    expect(parts).toHaveLength(SHOWN + 1);
    expect(bytes(parts).others).toBe(20);
    expect(new Set(parts.map(({ color }) => color)).size).toBe(SHOWN + 1);
  });

  it('have the colours of their repositories, also behind one of which nothing is drawn', () => {
    const repositories = [
      { name: 'shop/a', size: 70, only_here: 0 },
      { name: 'shop/b', size: 60, only_here: 20 },
    ];
    expect(storageParts(storage({ repositories }))[0]).toMatchObject({
      of: { repository: 'shop/b' },
      color: colorOf(1),
    });
  });
});
