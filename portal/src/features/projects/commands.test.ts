import { describe, expect, it } from 'vitest';
import { pushCommands, TOOLS, type Target } from './commands';

const target: Target = { host: 'registry.example', project: 'shop', user: 'mona', isPlainHttp: false };

describe('the commands that push', () => {
  it.each(TOOLS)('%s logs in to this server and ends in the project', (tool) => {
    const lines = pushCommands(tool, target);
    expect(lines[0]).toMatch(/ login -u mona registry\.example$/);
    expect(lines.at(-1)).toContain('registry.example/shop');
    expect(lines.join('\n')).not.toMatch(/plain-http|tls-verify/);
  });

  it.each(TOOLS.filter((tool) => tool !== 'docker'))('%s is told where there is no TLS, at login and push', (tool) => {
    const lines = pushCommands(tool, { ...target, isPlainHttp: true });
    expect(lines[0]).toMatch(/--plain-http|--tls-verify=false/);
    expect(lines.at(-1)).toMatch(/--plain-http|-tls-verify=false/);
  });

  it('are three of docker, for the image that is named', () => {
    expect(pushCommands('docker', { ...target, image: 'hello-world:latest' })).toEqual([
      'docker login -u mona registry.example',
      'docker tag hello-world:latest registry.example/shop/hello-world:latest',
      'docker push registry.example/shop/hello-world:latest',
    ]);
  });

  it.each([
    ['mona lisa', "'mona lisa'"],
    ["o'neil", String.raw`'o'\''neil'`],
    ['$(reboot)', "'$(reboot)'"],
    ['mona@example.org', 'mona@example.org'],
  ])('take the user %s as one word', (user, word) => {
    expect(pushCommands('docker', { ...target, user })[0]).toBe(`docker login -u ${word} registry.example`);
  });
});
