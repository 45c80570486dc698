import { describe, expect, it } from 'vitest';
import { areValid, grantsOf, limited, newGrant, patternProblem, patternsOf, permissionsOf, unchanged } from './grants';
import { matrixOf } from './rights';

const MATRIX = matrixOf([
  { resource: 'repository', action: 'pull' },
  { resource: 'repository', action: 'push' },
  { resource: 'log', action: 'list' },
]);
const PULL = { resource: 'repository', action: 'pull' };
const PUSH = { resource: 'repository', action: 'push' };

describe("the API's permissions", () => {
  it('come back as they were', () => {
    const permissions = [
      { kind: 'system', namespace: '/', access: [{ resource: 'catalog', action: 'read' }] },
      { kind: 'project', namespace: '*', access: [PULL] },
      { kind: 'project', namespace: 'shop', access: [PUSH], repositories: ['app/**', 'base'] },
    ];
    expect(permissionsOf(grantsOf(permissions))).toEqual([
      { ...permissions[0], repositories: null },
      { ...permissions[1], repositories: null },
      permissions[2],
    ]);
  });

  it('lift a limit by saying so, since one that is not mentioned stays', () => {
    const [grant] = grantsOf([{ kind: 'project', namespace: 'shop', access: [PULL], repositories: ['base'] }]);
    if (grant === undefined) throw new Error('no grant');
    expect(permissionsOf([limited(grant, false, MATRIX)])[0]?.repositories).toBe(null);
    expect(unchanged([{ kind: 'project', namespace: 'shop', access: [PULL] }])[0]?.repositories).toBe(null);
  });

  it('leave out a place where nothing is chosen', () => {
    const grants = [newGrant('system', '/'), newGrant('project', 'shop', ['repository:pull'])];
    expect(permissionsOf(grants)).toEqual([{ kind: 'project', namespace: 'shop', access: [PULL], repositories: null }]);
  });
});

describe('a limit to repositories', () => {
  it('takes what belongs to the whole project out of the choice', () => {
    const grant = limited(newGrant('project', 'shop', ['repository:pull', 'log:list']), true, MATRIX);
    expect([...grant.rights]).toEqual(['repository:pull']);
    expect(grant.patterns).toBe('');
  });

  it('needs a pattern before it can be saved', () => {
    const grant = limited(newGrant('project', 'shop', ['repository:pull']), true, MATRIX);
    expect(areValid([grant])).toBe(false);
    expect(areValid([{ ...grant, patterns: 'app/*' }])).toBe(true);
  });

  it('of a grant of nothing does not matter', () => {
    const nothing = limited(newGrant('project', 'shop'), true, MATRIX);
    expect(areValid([nothing])).toBe(false);
    expect(areValid([nothing, newGrant('project', 'shop', ['repository:pull'])])).toBe(true);
  });
});

describe('patterns', () => {
  it('are written one a line, with commas or with spaces, each once', () => {
    expect(patternsOf(' app/*\nbase, vendor/** base ')).toEqual(['app/*', 'base', 'vendor/**']);
  });

  it.each(['base', 'app/*', 'team-*/cache', 'vendor/**', '**', 'a.b_c-d/e'])('%s is one', (pattern) => {
    expect(patternProblem(pattern)).toBe(null);
  });

  it.each(['App', 'a//b', '/a', 'a/', '**/a', 'a**', 'a/**b', 'a:b', '*'.repeat(9), 'x'.repeat(256)])(
    '%s is none',
    (pattern) => {
      expect(patternProblem(`base ${pattern}`)).toEqual({ pattern });
    },
  );

  it('are at least one and at most fifty', () => {
    expect(patternProblem(' \n ')).toBe('none');
    expect(patternProblem(Array.from({ length: 50 }, (_, n) => `r${n}`).join('\n'))).toBe(null);
    expect(patternProblem(Array.from({ length: 51 }, (_, n) => `r${n}`).join('\n'))).toBe('many');
  });
});
