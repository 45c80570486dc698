import { describe, expect, it } from 'vitest';
import { byResource, choose, chosen, columnOf, limitable, matrixOf, PRESETS, rowOf } from './rights';

const MATRIX = matrixOf([
  { resource: 'log', action: 'list' },
  { resource: 'tag', action: 'create' },
  { resource: 'tag', action: 'list' },
  { resource: 'repository', action: 'list' },
  { resource: 'repository', action: 'pull' },
  { resource: 'repository', action: 'push' },
]);
const NOTHING = new Set<string>();

describe('the matrix', () => {
  it('has repositories first and pull before push before the others', () => {
    expect(MATRIX.resources).toEqual(['repository', 'tag', 'log']);
    expect(MATRIX.actions).toEqual(['pull', 'push', 'list', 'create']);
  });

  it('has cells only where the action exists for the resource', () => {
    expect(rowOf(MATRIX, 'log')).toEqual(['log:list']);
    expect(columnOf(MATRIX, 'create')).toEqual(['tag:create']);
    expect(columnOf(MATRIX, 'list')).toEqual(['log:list', 'tag:list', 'repository:list']);
  });

  it('without what belongs to the whole project can be limited to repositories', () => {
    const limited = limitable(MATRIX);
    expect(limited.resources).toEqual(['repository', 'tag']);
    expect(limited.rights).not.toContain('log:list');
    expect(limitable(matrixOf([{ resource: 'log', action: 'list' }])).actions).toEqual([]);
  });

  it('puts an action it does not know last', () => {
    const matrix = matrixOf([
      { resource: 'tag', action: 'frobnicate' },
      { resource: 'tag', action: 'stop' },
    ]);
    expect(matrix.actions).toEqual(['stop', 'frobnicate']);
  });
});

describe('choosing', () => {
  it('a row chooses every cell of it and no other', () => {
    const rights = choose(NOTHING, rowOf(MATRIX, 'repository'), true);
    expect([...rights].sort()).toEqual(['repository:list', 'repository:pull', 'repository:push']);
    expect(chosen(rights, rowOf(MATRIX, 'repository'))).toBe(true);
    expect(chosen(rights, columnOf(MATRIX, 'list'))).toBe(null);
    expect(chosen(rights, rowOf(MATRIX, 'tag'))).toBe(false);
  });

  it('a column again takes it back', () => {
    const all = choose(NOTHING, MATRIX.rights, true);
    const rights = choose(all, columnOf(MATRIX, 'list'), false);
    expect(chosen(rights, MATRIX.rights)).toBe(null);
    expect(chosen(rights, rowOf(MATRIX, 'log'))).toBe(false);
    expect(rights.size).toBe(3);
  });

  it('leaves what was chosen before as it was', () => {
    const before = new Set(['tag:list']);
    choose(before, MATRIX.rights, true);
    expect([...before]).toEqual(['tag:list']);
  });

  it('of nothing is not "all"', () => {
    expect(chosen(new Set(['tag:list']), [])).toBe(false);
  });

  it('has presets that exist in the matrix', () => {
    for (const right of [...PRESETS.pull, ...PRESETS.push]) expect(MATRIX.rights).toContain(right);
  });
});

describe('rights by resource', () => {
  it('keep their order', () => {
    expect(byResource(['tag:list', 'repository:pull', 'tag:create'])).toEqual([
      ['tag', ['list', 'create']],
      ['repository', ['pull']],
    ]);
  });
});
