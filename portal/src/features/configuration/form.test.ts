import { describe, expect, it } from 'vitest';
import type { ConfigurationsResponse } from '@/api/generated';
import { FIELDS, SYSTEM, type FieldKey } from './fields';
import { changesOf, fieldInMessage, isChanged, listOf, problemOf, reasonIn, shown, valueIn, type Draft } from './form';

/** The configuration of a new registry. */
const CURRENT = Object.fromEntries(
  FIELDS.map((field) => [field.key, { value: field.default, editable: true }]),
) as unknown as ConfigurationsResponse;

describe('what a form shows', () => {
  it('has limits in GiB, and switches the way people say it', () => {
    expect(valueIn({}, CURRENT, 'storage_per_project')).toBe('-1');
    expect(valueIn({}, CURRENT, 'pull_count_update_disable')).toBe(true);
    expect(valueIn({}, CURRENT, 'read_only')).toBe(false);
    expect(valueIn({}, CURRENT, 'session_timeout')).toBe('60');
  });

  it('has what was typed before what the server has', () => {
    expect(valueIn({ session_timeout: '5' }, CURRENT, 'session_timeout')).toBe('5');
  });

  it('takes a value of another type for one that is off', () => {
    expect(shown({ kind: 'switch', key: 'read_only', default: false }, 'true')).toBe(false);
  });
});

describe('what is sent', () => {
  it('is nothing when nothing was touched, or everything was put back', () => {
    expect(changesOf({}, CURRENT)).toEqual({});
    expect(changesOf({ session_timeout: '60', read_only: false }, CURRENT)).toEqual({});
  });

  it('is only what was changed, in the types of the keys', () => {
    const draft: Draft = {
      session_timeout: ' 90 ',
      storage_per_project: '1.5',
      pull_audit_log_disable: false,
      robot_name_prefix: ' bot+ ',
      self_registration: false,
    };
    expect(changesOf(draft, CURRENT)).toEqual({
      session_timeout: 90,
      storage_per_project: 1.5 * 1024 ** 3,
      pull_audit_log_disable: true,
      robot_name_prefix: 'bot+',
    });
  });

  it('leaves out what does not fit', () => {
    expect(changesOf({ session_timeout: 'long', token_expiration: '15' }, CURRENT)).toEqual({ token_expiration: 15 });
  });
});

describe('what does not fit', () => {
  it.each<[FieldKey, string, string | null]>([
    ['session_timeout', '0', 'number'],
    ['session_timeout', '1.5', 'number'],
    ['session_timeout', '-3', 'number'],
    ['session_timeout', '', 'number'],
    ['session_timeout', '99999999999', 'tooLarge'],
    ['session_timeout', '1440', null],
    ['storage_per_project', '', 'limit'],
    ['storage_per_project', '0', 'limit'],
    ['storage_per_project', '1048577', 'limit'],
    ['storage_per_project', '1048576', null],
    ['robot_name_prefix', ' ', 'prefix'],
    ['robot_name_prefix', 'a:b', 'prefix'],
    ['robot_name_prefix', 'x'.repeat(65), 'prefix'],
    ['robot_name_prefix', 'robot-', null],
    ['audit_log_forward_endpoint', 'anything', null],
  ])('%s = %j: %s', (key, value, problem) => {
    expect(problemOf({ [key]: value }, CURRENT, key)).toBe(problem);
  });

  it('is a log that is kept nowhere', () => {
    const draft: Draft = { skip_audit_log_database: false };
    expect(problemOf(draft, CURRENT, 'skip_audit_log_database')).toBe('needsEndpoint');
    const forwarded: Draft = { ...draft, audit_log_forward_endpoint: 'syslog:514' };
    expect(problemOf(forwarded, CURRENT, 'skip_audit_log_database')).toBeNull();
    expect(isChanged(forwarded, CURRENT, 'skip_audit_log_database')).toBe(true);
  });
});

describe('fieldInMessage', () => {
  const keys = SYSTEM.flatMap((section) => section.keys);

  it.each([
    ['the session_timeout value must be positive', null],
    ['bad request: item name project_creation_restriction: invalid', 'project_creation_restriction'],
    ['bad request: invalid non-positive value for quota limit, value=0', 'storage_per_project'],
    ['bad request: could not connect to the audit endpoint: x:1', 'audit_log_forward_endpoint'],
    [
      'bad request: audit log forward endpoint should be configured before enable skip audit log in database',
      'skip_audit_log_database',
    ],
    ['internal error', null],
  ])('%j is about %s', (message, key) => {
    expect(fieldInMessage(message, keys)).toBe(key);
  });
});

it('does not repeat at a field that the request was bad', () => {
  expect(reasonIn('bad request: could not connect to the audit endpoint: x:1')).toBe(
    'could not connect to the audit endpoint: x:1',
  );
});

it('reads names between commas', () => {
  expect(listOf(' pull_artifact,, login_user ,')).toEqual(['pull_artifact', 'login_user']);
});
