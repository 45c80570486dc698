import { describe, expect, it } from 'vitest';
import { joinHistory, readCommand, share, totalSize, type Layer } from './history';

const layer = (name: string, size: number): Layer => ({ digest: `sha256:${name}`, size, mediaType: 'layer' });

describe('readCommand', () => {
  it.each([
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD', '["bash"]'],
    [`/bin/sh -c #(nop) ADD file:${'0'.repeat(64)} in / `, 'ADD', 'file:000000000000 in /'],
    ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
    ['RUN /bin/sh -c apk add curl # buildkit', 'RUN', 'apk add curl'],
    ['RUN |2 VERSION=1.0 ARCH=amd64 /bin/sh -c make # buildkit', 'RUN', 'make'],
    ['RUN |1 NAME=two words /bin/sh -c make # buildkit', 'RUN', 'make'],
    ['|1 VERSION=1.0 /bin/sh -c make install', 'RUN', 'make install'],
    ['RUN /bin/bash -o pipefail -c curl x | tar x # buildkit', 'RUN', 'curl x | tar x'],
    ['/bin/ash -eo pipefail -c make', 'RUN', 'make'],
    ['RUN cmd /S /C dir # buildkit', 'RUN', 'dir'],
    ['powershell -NoLogo -Command Get-Item', 'RUN', 'Get-Item'],
    ['RUN |2 A=1 B=2 python -m build # buildkit', 'RUN', 'python -m build'],
    ['COPY /src /dst # buildkit', 'COPY', '/src /dst'],
    ['EXPOSE map[8443/tcp:{} 9090/tcp:{}]', 'EXPOSE', '8443/tcp 9090/tcp'],
    ['VOLUME [/data]', 'VOLUME', '[/data]'],
    ['ENV PATH=/bin', 'ENV', 'PATH=/bin'],
    ['bazel build ...', '', 'bazel build ...'],
    ['', '', ''],
  ])('reads %j', (createdBy, instruction, text) => {
    expect(readCommand(createdBy)).toEqual({ instruction, text });
  });

  it('leaves a shell that is part of the command', () => {
    expect(readCommand('RUN su app -s /bin/sh -c id').text).toBe('su app -s /bin/sh -c id');
    expect(readCommand('ENTRYPOINT ["/bin/sh" "-c" "serve"]').text).toBe('["/bin/sh" "-c" "serve"]');
  });

  it('writes a command of several lines as one', () => {
    expect(readCommand('RUN /bin/sh -c set -e;\n\t make').text).toBe('set -e; make');
  });
});

describe('joinHistory', () => {
  it('gives layers to the steps that are not empty', () => {
    const rows = joinHistory(
      [{ created_by: 'ADD a /' }, { created_by: 'CMD x', empty_layer: true }, { created_by: 'COPY b /' }],
      [layer('a', 10), layer('b', 20)],
    );
    expect(rows.map((row) => row.layer?.digest ?? null)).toEqual(['sha256:a', null, 'sha256:b']);
    expect(rows.map((row) => row.isEmpty)).toEqual([false, true, false]);
  });

  it('shows layers that no step tells of', () => {
    const rows = joinHistory([{ created_by: 'ADD a /' }], [layer('a', 1), layer('b', 2)]);
    expect(rows[1]).toMatchObject({ full: '', layer: { digest: 'sha256:b' }, isEmpty: false });
  });

  it('has steps without layers while the manifest is not known', () => {
    const rows = joinHistory([{ created_by: 'ADD a /', created: '2025-01-01T00:00:00Z' }], null);
    expect(rows).toMatchObject([{ layer: null, isEmpty: false, created: '2025-01-01T00:00:00Z' }]);
  });
});

it('adds up layers', () => {
  expect(totalSize([layer('a', 3), layer('b', 4)])).toBe(7);
});

describe('share', () => {
  it('is a part of a hundred', () => {
    expect(share(25, 100)).toBe(25);
    expect(share(100, 100)).toBe(100);
  });
  it('can be seen however small, and is nothing for nothing', () => {
    expect(share(1, 1_000_000)).toBe(0.5);
    expect(share(0, 100)).toBe(0);
    expect(share(5, 0)).toBe(0);
  });
});
