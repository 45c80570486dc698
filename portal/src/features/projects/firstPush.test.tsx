import { describe, expect, it } from 'vitest';
import { dismiss, isDismissed, isUnused, pushedTo, pushTarget } from './firstPush';

function project(name: string, repo_count = 0, current_user_role_id?: number) {
  return { project_id: name.length, name, repo_count, current_user_role_id };
}

describe('a registry is unused', () => {
  it('when no project has a repository', () => {
    expect(isUnused({ items: [project('library'), project('shop')], total: 2 })).toBe(true);
  });

  it('but not when one has', () => {
    expect(isUnused({ items: [project('library'), project('shop', 1)], total: 2 })).toBe(false);
  });

  it('nor when there are projects that are not on the page', () => {
    expect(isUnused({ items: [project('library')], total: 16 })).toBe(false);
  });

  it('nor when there is no project at all', () => {
    expect(isUnused({ items: [], total: 0 })).toBe(false);
  });
});

describe('a first image', () => {
  it('goes to library where that is allowed', () => {
    expect(pushTarget([project('apps', 0, 1), project('library', 0, 2)], false)?.name).toBe('library');
  });

  it('goes to the first project with a role that may push', () => {
    const projects = [project('library'), project('a', 0, 3), project('b', 0, 5), project('c', 0, 4)];
    expect(pushTarget(projects, false)?.name).toBe('c');
  });

  it('goes to library for an administrator without a role', () => {
    expect(pushTarget([project('apps'), project('library')], true)?.name).toBe('library');
  });

  it('has no place where nothing is allowed', () => {
    expect(pushTarget([project('library'), project('apps', 0, 3)], false)).toBeUndefined();
  });

  it('has arrived in the project that has a repository', () => {
    expect(pushedTo([project('library'), project('apps', 2)])?.name).toBe('apps');
    expect(pushedTo([project('library')])).toBeUndefined();
  });
});

it('is dismissed for one account only', () => {
  dismiss(7);
  expect(isDismissed(7)).toBe(true);
  expect(isDismissed(8)).toBe(false);
});
