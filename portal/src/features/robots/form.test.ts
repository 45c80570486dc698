import { describe, expect, it } from 'vitest';
import type { RobotView } from '@/api/generated';
import { newGrant } from './grants';
import { formOf, formOfNew, isFormValid, isGeneralValid, isRobotName } from './form';

const NOW = new Date('2026-06-01T12:00:00Z');
const SHOP = { level: 'project', projectId: 3, project: 'shop' } as const;

describe('the form of a new robot', () => {
  it('of a project may pull and only lacks a name', () => {
    const form = formOfNew(SHOP, NOW);
    expect(isFormValid(form, false, NOW)).toBe(false);
    expect(isFormValid({ ...form, name: 'ci' }, false, NOW)).toBe(true);
    expect(form.grants[0]).toMatchObject({ namespace: 'shop', rights: new Set(['repository:pull']) });
  });

  it('of the system may do nothing until something is chosen', () => {
    const form = { ...formOfNew({ level: 'system' }, NOW), name: 'ci' };
    expect(isGeneralValid(form, false, NOW)).toBe(true);
    expect(isFormValid(form, false, NOW)).toBe(false);
    expect(isFormValid({ ...form, grants: [newGrant('system', '/', ['catalog:read'])] }, false, NOW)).toBe(true);
  });
});

describe('the form of a robot that is there', () => {
  const robot: RobotView = {
    id: 7,
    name: 'robot$ci',
    level: 'system',
    duration: 30,
    editable: true,
    disable: false,
    expires_at: NOW.getTime() / 1000 + 30 * 86_400,
    permissions: [{ kind: 'project', namespace: '*', access: [{ resource: 'repository', action: 'pull' }] }],
    creator_type: 'local',
    creation_time: NOW.toISOString(),
    update_time: NOW.toISOString(),
  };

  it('keeps its end unless another is chosen', () => {
    expect(formOf(robot).expiry).toMatchObject({ choice: 'keep', days: '30' });
    expect(isFormValid(formOf(robot), true, NOW)).toBe(true);
  });

  it('has a place for rights in the system also when it has none', () => {
    expect(formOf(robot).grants.map(({ kind }) => kind)).toEqual(['system', 'project']);
  });
});

describe('names of robots', () => {
  it.each([
    ['ci', true],
    ['ci-2.deploy_x', true],
    ['CI', false],
    ['-ci', false],
    ['ci--2', false],
    ['', false],
    ['x'.repeat(256), false],
  ])('%j is one: %j', (name, valid) => {
    expect(isRobotName(name)).toBe(valid);
  });
});
