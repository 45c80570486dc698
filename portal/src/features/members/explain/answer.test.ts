import { describe, expect, it } from 'vitest';
import type { ExplainView, WayView } from '@/api/generated';
import { held, isCode, remediesOf } from './answer';

function view(changed: Partial<ExplainView>): ExplainView {
  return {
    allowed: false,
    code: 'PERMISSION_MISSING',
    message: '',
    principal: { type: 'user', name: 'mei' },
    project: 'shop',
    resource: 'repository',
    action: 'push',
    ways: [],
    ...changed,
  };
}

const LIMITED: WayView = { source: 'role', gives: true, role_id: 2, group_name: 'ops', repositories: ['app/*'] };

describe('what an account has', () => {
  it('is a limited role once, with its limit', () => {
    const ofProject: WayView = { source: 'role', gives: false, role_id: 2, group_name: 'ops' };
    expect(held([LIMITED, ofProject])).toEqual([LIMITED]);
    expect(
      held([
        { ...LIMITED, gives: false },
        { ...ofProject, gives: true },
      ]),
    ).toEqual([LIMITED]);
  });

  it('is the same role twice, where one comes through a group', () => {
    const own: WayView = { source: 'role', gives: true, role_id: 2 };
    expect(held([own, LIMITED])).toEqual([own, LIMITED]);
  });

  it('is every permission of a robot', () => {
    const ways = ['app/*', 'base'].map((one) => ({
      source: 'robot',
      gives: false,
      namespace: 'shop',
      repositories: [one],
    }));
    expect(held(ways)).toEqual(ways);
  });
});

describe('what would allow it', () => {
  it('is a role, or a public project', () => {
    const would_give = [
      { source: 'role', gives: true, role_id: 3 },
      { source: 'role', gives: true, role_id: 2 },
      { source: 'public', gives: true },
    ];
    expect(remediesOf(view({ would_give }))).toEqual({
      roles: [3, 2],
      hasPermission: false,
      hasPublic: true,
      hasLimit: false,
    });
  });

  it('is another limit, where the limit is what forbids it', () => {
    const found = remediesOf(view({ code: 'OTHER_REPOSITORIES', would_give: [{ source: 'robot', gives: true }] }));
    expect(found).toMatchObject({ roles: [], hasPermission: true, hasLimit: true });
  });

  it('is nothing of an account that ended', () => {
    expect(remediesOf(view({ code: 'ACCOUNT_ENDED' }))).toMatchObject({ roles: [], hasPublic: false });
  });
});

it('knows the codes it has words for', () => {
  expect(isCode('ROLE')).toBe(true);
  expect(isCode('SOMETHING_NEW')).toBe(false);
});
