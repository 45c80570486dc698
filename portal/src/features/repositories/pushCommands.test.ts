import { describe, expect, it } from 'vitest';
import { PUSHERS, pushCommands } from './pushCommands';

describe('pushCommands', () => {
  it.each(PUSHERS)('of %s sign in to this server first, and push into the project', (client) => {
    const [first, ...rest] = pushCommands(client, 'reg.example:8443', 'shop').split('\n');
    expect(first).toMatch(/ login reg\.example:8443$/);
    expect(rest.at(-1)).toContain('reg.example:8443/shop');
  });
});
