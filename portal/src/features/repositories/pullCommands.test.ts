import { describe, expect, it } from 'vitest';
import { CLIENTS, clientsFor, preferredClient, pullCommand } from './pullCommands';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const TAGGED = { host: 'reg.example:8443', isPlainHttp: false, repository: 'shop/team/app', reference: 'v1' };
const BY_DIGEST = { ...TAGGED, reference: DIGEST };

describe('pullCommand', () => {
  it.each(['docker', 'podman', 'nerdctl', 'crictl', 'oras'] as const)('of %s names a tag', (client) => {
    expect(pullCommand(client, TAGGED)).toBe(`${client} pull reg.example:8443/shop/team/app:v1`);
  });

  it.each(['docker', 'podman', 'nerdctl', 'crictl', 'oras'] as const)('of %s names a digest', (client) => {
    expect(pullCommand(client, BY_DIGEST)).toBe(`${client} pull reg.example:8443/shop/team/app@${DIGEST}`);
  });

  it('of skopeo copies every platform into a layout beside the user', () => {
    expect(pullCommand('skopeo', TAGGED)).toBe(
      'skopeo copy --all docker://reg.example:8443/shop/team/app:v1 oci:app:v1',
    );
    expect(pullCommand('skopeo', BY_DIGEST)).toBe(
      `skopeo copy --all docker://reg.example:8443/shop/team/app@${DIGEST} oci:app`,
    );
  });

  it('of Helm names the version of the chart', () => {
    expect(pullCommand('helm', { ...TAGGED, reference: '1.2.0_build.7' })).toBe(
      'helm pull oci://reg.example:8443/shop/team/app --version 1.2.0+build.7',
    );
    expect(pullCommand('helm', BY_DIGEST)).toBe(`helm pull oci://reg.example:8443/shop/team/app@${DIGEST}`);
  });
});

describe('without TLS', () => {
  it.each([
    ['docker', 'docker pull reg.example:8443/shop/team/app:v1'],
    ['podman', 'podman pull --tls-verify=false reg.example:8443/shop/team/app:v1'],
    ['nerdctl', 'nerdctl --insecure-registry pull reg.example:8443/shop/team/app:v1'],
    ['skopeo', 'skopeo copy --all --src-tls-verify=false docker://reg.example:8443/shop/team/app:v1 oci:app:v1'],
    ['oras', 'oras pull --plain-http reg.example:8443/shop/team/app:v1'],
    ['helm', 'helm pull --plain-http oci://reg.example:8443/shop/team/app --version v1'],
  ] as const)('%s is told so', (client, command) => {
    expect(pullCommand(client, { ...TAGGED, isPlainHttp: true })).toBe(command);
  });
});

describe('clients', () => {
  it('fit the type of the artifact', () => {
    expect(clientsFor('IMAGE')).not.toContain('helm');
    expect(clientsFor('CHART')[0]).toBe('helm');
    expect(clientsFor('CNAI')).toEqual(['oras']);
  });

  it('are all offered for some type', () => {
    expect(new Set(['IMAGE', 'CHART', 'UNKNOWN'].flatMap(clientsFor))).toEqual(new Set(CLIENTS));
  });

  it('are remembered where they fit', () => {
    expect(preferredClient('IMAGE', 'podman')).toBe('podman');
    expect(preferredClient('CHART', 'podman')).toBe('helm');
    expect(preferredClient('IMAGE', 'rm -rf')).toBe('docker');
    expect(preferredClient('IMAGE', null)).toBe('docker');
  });
});
