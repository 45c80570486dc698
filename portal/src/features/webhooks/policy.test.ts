import { describe, expect, it } from 'vitest';
import type { PolicyView } from '@/api/generated';
import {
  bodyOf,
  draftOf,
  filterProblem,
  isAddress,
  isDraftValid,
  isRefusedAddress,
  laidOut,
  lastTriggers,
  newSecret,
  subjectsOf,
  switched,
} from './policy';

const policy: PolicyView = {
  id: 3,
  project_id: 2,
  name: 'deploy',
  description: 'tells the deployer',
  enabled: true,
  event_types: ['PUSH_ARTIFACT'],
  targets: [{ type: 'http', address: 'https://hooks.example.com/shop', payload_format: 'CloudEvents' }],
  filters: { repositories: ['app/**'], tags: ['v*', 'latest'] },
  signed: true,
  creation_time: '2026-11-30T03:19:24.136Z',
  update_time: '2026-11-30T03:19:24.136Z',
};

describe('the form of a policy', () => {
  it('sends what it was given, and leaves the secret as it is', () => {
    const body = bodyOf(draftOf(policy), 'admin');
    expect(body).toMatchObject({
      name: 'deploy',
      enabled: true,
      targets: policy.targets,
      filters: policy.filters,
      creator: 'admin',
    });
    expect(body).not.toHaveProperty('secret');
  });

  it('sets a secret, and removes it', () => {
    const draft = draftOf(policy);
    expect(bodyOf({ ...draft, secret: { kind: 'set', value: 'x'.repeat(16) } }, '').secret).toBe('x'.repeat(16));
    expect(bodyOf({ ...draft, secret: { kind: 'remove' } }, '').secret).toBe('');
  });

  it('empties filters that were emptied', () => {
    const body = bodyOf({ ...draftOf(policy), repositories: ' \n', tags: '' }, '');
    expect(body.filters).toEqual({ repositories: [], tags: [] });
  });

  it('gives no format to Slack, and one to http', () => {
    const targets = [
      { type: 'slack', address: ' https://hooks.slack.com/x ', payload_format: 'Default' },
      { type: 'http', address: 'https://a.example', payload_format: '' },
    ];
    expect(bodyOf({ ...draftOf(policy), targets }, '').targets).toMatchObject([
      { address: 'https://hooks.slack.com/x', payload_format: '' },
      { payload_format: 'Default' },
    ]);
  });

  it('wants a name, an event, an address, patterns and a secret that are some', () => {
    const draft = draftOf(policy);
    expect(isDraftValid(draft)).toBe(true);
    expect(isDraftValid(draftOf(null))).toBe(false);
    expect(isDraftValid({ ...draft, name: ' ' })).toBe(false);
    expect(isDraftValid({ ...draft, events: [] })).toBe(false);
    expect(isDraftValid({ ...draft, targets: [{ address: '' }] })).toBe(false);
    expect(isDraftValid({ ...draft, tags: '[v' })).toBe(false);
    expect(isDraftValid({ ...draft, secret: { kind: 'set', value: 'short' } })).toBe(false);
  });
});

describe('switched', () => {
  it('names neither filters nor secret, so that they stay', () => {
    const body = switched(policy);
    expect(body.enabled).toBe(false);
    expect(Object.keys(body)).not.toContain('filters');
    expect(Object.keys(body)).not.toContain('secret');
  });
});

describe('isAddress', () => {
  it('takes http and https, and what has no scheme', () => {
    for (const address of ['http://a', 'https://a.example:8443/x?y', 'a.example/x', '127.0.0.1:8080', ' http://a ']) {
      expect(isAddress(address)).toBe(true);
    }
    for (const address of ['', 'ftp://a', 'http://', 'http://a b']) expect(isAddress(address)).toBe(false);
  });
});

describe('filterProblem', () => {
  it('names the pattern that is none', () => {
    expect(filterProblem('app/**\n{a,b')).toEqual({ pattern: '{a,b', problem: 'brace' });
    expect(filterProblem('\n**\n')).toBeNull();
    expect(filterProblem('a\n'.repeat(21))).toBe('tooManyPatterns');
  });
});

describe('lastTriggers', () => {
  it('is the last time of any event', () => {
    const told = (name: string, time: string) => ({
      event_type: 'PUSH_ARTIFACT',
      creation_time: '',
      policy_name: name,
      last_trigger_time: time,
    });
    const last = lastTriggers([
      told('a', '2026-11-30T03:00:00.000Z'),
      told('a', '2026-11-30T04:00:00.000Z'),
      told('a', '0001-01-01T00:00:00.000Z'),
      told('b', '0001-01-01T00:00:00.000Z'),
    ]);
    expect(last.get('a')).toBe('2026-11-30T04:00:00.000Z');
    expect(last.has('b')).toBe(false);
  });
});

describe('payloads', () => {
  const data =
    '{"resources":[{"tag":"v1","resource_url":"r.example/shop/app:v1"}],"repository":{"repo_full_name":"shop/app"}}';

  it('tell what they are about, in any format', () => {
    expect(subjectsOf(`{"type":"PUSH_ARTIFACT","event_data":${data}}`)).toEqual(['r.example/shop/app:v1']);
    const slack = `"text": "\`\`\`${data.replaceAll('"', '\\"').replaceAll(':\\"', ': \\"')}\`\`\`"`;
    expect(subjectsOf(slack)).toEqual(['r.example/shop/app:v1']);
    expect(subjectsOf('{"repository":{"repo_full_name":"shop/app"}}')).toEqual(['shop/app']);
    expect(subjectsOf('{}')).toEqual([]);
  });

  it('are laid out where they are JSON', () => {
    expect(laidOut('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(laidOut('{\n\t"a": "\n"}')).toBe('{\n\t"a": "\n"}');
  });
});

describe('isRefusedAddress', () => {
  it('knows the words of the server', () => {
    expect(
      isRefusedAddress(
        'the address 10.0.0.1 is not public: requests to it must be allowed by the setting egress.allow',
      ),
    ).toBe(true);
    expect(isRefusedAddress('abnormal response code: 500')).toBe(false);
  });
});

describe('newSecret', () => {
  it('is another one each time', () => {
    expect(newSecret()).toMatch(/^[0-9a-f]{64}$/);
    expect(newSecret()).not.toBe(newSecret());
  });
});
