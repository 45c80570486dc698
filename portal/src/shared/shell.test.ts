import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoted } from './shell';

describe('quoted', () => {
  it.each(['plain', 'a b', "it's", 'robot$shop+ci', '$(id) `id` "x" \\', '', '-n', '*'])('is %j to a shell', (word) => {
    const said = execFileSync('/bin/sh', ['-c', `printf '%s.' ${quoted(word)}`], { encoding: 'utf8' });
    expect(said).toBe(`${word}.`);
  });

  it('leaves alone what needs no quotes', () => {
    expect(quoted('127.0.0.1:8080/shop')).toBe('127.0.0.1:8080/shop');
  });
});
