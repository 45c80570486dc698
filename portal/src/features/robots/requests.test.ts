import { describe, expect, it } from 'vitest';
import type { RobotView } from '@/api/generated';
import { newGrant } from './grants';
import { changed, enabling } from './requests';

const ROBOT: RobotView = {
  id: 7,
  name: 'robot$shop+ci',
  level: 'project',
  duration: 30,
  editable: true,
  disable: false,
  expires_at: 1_800_000_000,
  permissions: [
    {
      kind: 'project',
      namespace: 'shop',
      access: [{ resource: 'repository', action: 'pull', effect: 'allow' }],
      repositories: ['app/*'],
    },
  ],
  creator_type: 'local',
  creation_time: '2026-06-01T12:00:00.000Z',
  update_time: '2026-06-01T12:00:00.000Z',
};

describe('a change of a robot', () => {
  it('that disables it changes nothing else', () => {
    expect(enabling(ROBOT, false)).toEqual({
      name: 'robot$shop+ci',
      level: 'project',
      description: '',
      duration: null,
      disable: true,
      permissions: ROBOT.permissions,
    });
  });

  it('of its permissions leaves it enabled or disabled as it was', () => {
    const form = { description: 'CI', duration: 90, grants: [newGrant('project', 'shop', ['repository:push'])] };
    const request = changed({ ...ROBOT, disable: true }, form);
    expect(request).toMatchObject({ disable: true, duration: 90, description: 'CI' });
    expect(request.permissions).toEqual([
      {
        kind: 'project',
        namespace: 'shop',
        access: [{ resource: 'repository', action: 'push' }],
        repositories: null,
      },
    ]);
  });
});
