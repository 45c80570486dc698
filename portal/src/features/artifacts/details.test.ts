import { describe, expect, it } from 'vitest';
import { attestedDigest, imageDetails, isAttestation, isIndex, shellWords } from './details';

describe('imageDetails', () => {
  it('reads the configuration of an image', () => {
    const details = imageDetails({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      created: '2025-01-01T00:00:00Z',
      config: {
        User: '1000',
        WorkingDir: '/srv',
        Entrypoint: ['/bin/serve'],
        Cmd: ['--listen', ':80'],
        Env: ['PATH=/bin', 'OPTIONS=a=b', 'EMPTY='],
        ExposedPorts: { '9090/tcp': {}, '80/tcp': {}, '80/udp': {} },
        Labels: { version: '1', broken: 2 },
      },
    });
    expect(details).toMatchObject({
      os: 'linux',
      variant: 'v7',
      user: '1000',
      entrypoint: ['/bin/serve'],
      environment: { PATH: '/bin', OPTIONS: 'a=b', EMPTY: '' },
      ports: ['80/tcp', '80/udp', '9090/tcp'],
      labels: { version: '1' },
    });
  });

  it.each([undefined, null, 'text', [], { config: null }, { config: { Env: 'PATH', Cmd: { a: 1 } } }])(
    'takes nothing for granted in %j',
    (attributes) => {
      expect(imageDetails(attributes)).toMatchObject({ os: '', command: [], environment: {}, ports: [] });
    },
  );
});

it('writes words as a shell takes them', () => {
  expect(shellWords(['sh', '-c', "echo 'hi'", ''])).toBe(`sh -c 'echo '\\''hi'\\''' ''`);
});

it('tells indexes from images', () => {
  expect(isIndex({ manifest_media_type: 'application/vnd.docker.distribution.manifest.list.v2+json' })).toBe(true);
  expect(isIndex({ manifest_media_type: 'application/vnd.oci.image.manifest.v1+json' })).toBe(false);
});

describe('attestations', () => {
  const annotations = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': 'sha256:image',
  };
  it('are told by their annotations, or by a platform nothing runs on', () => {
    expect(isAttestation({ annotations })).toBe(true);
    expect(isAttestation({ platform: { OsFeatures: null, os: 'unknown', architecture: 'unknown' } })).toBe(true);
    expect(isAttestation({ platform: { OsFeatures: null, os: 'linux', architecture: 'amd64' } })).toBe(false);
    expect(isAttestation({})).toBe(false);
  });
  it('say which image they are about', () => {
    expect(attestedDigest({ annotations })).toBe('sha256:image');
    expect(attestedDigest({})).toBeUndefined();
  });
});
