/** Commands that push to a project, to be copied into a shell. Pure. */

import { quoted } from '@/shared/shell';

export const TOOLS = ['docker', 'podman', 'skopeo', 'helm', 'oras'] as const;

export type Tool = (typeof TOOLS)[number];

export interface Target {
  /** As clients name the server: `registry.example:8443`. */
  host: string;
  project: string;
  user: string;
  /** Whether the server is reached without TLS, which most clients have to be told. */
  isPlainHttp: boolean;
  /** Of an image that is there already, with its tag. */
  image?: string;
}

/** Whether a tool is told of a certificate with `--ca-file`; the others look where Docker does. */
export function takesCertificateOption(tool: Tool): boolean {
  return tool === 'helm' || tool === 'oras';
}

/** What to type, line by line: first the login, last the push. */
export function pushCommands(
  tool: Tool,
  { host, project, user, isPlainHttp, image = 'my-image:1.0' }: Target,
): string[] {
  const place = `${host}/${project}`;
  const login = `${quoted(user)} ${host}`;
  const when = (flag: string) => (isPlainHttp ? ` ${flag}` : '');
  switch (tool) {
    case 'docker':
      return [`docker login -u ${login}`, `docker tag ${image} ${place}/${image}`, `docker push ${place}/${image}`];
    case 'podman': {
      const plain = when('--tls-verify=false');
      return [
        `podman login${plain} -u ${login}`,
        `podman tag ${image} ${place}/${image}`,
        `podman push${plain} ${place}/${image}`,
      ];
    }
    case 'skopeo':
      return [
        `skopeo login${when('--tls-verify=false')} -u ${login}`,
        `skopeo copy${when('--dest-tls-verify=false')} docker-daemon:${image} docker://${place}/${image}`,
      ];
    case 'helm':
      return [
        `helm registry login${when('--plain-http')} -u ${login}`,
        `helm push${when('--plain-http')} my-chart-1.0.0.tgz oci://${place}`,
      ];
    case 'oras':
      return [
        `oras login${when('--plain-http')} -u ${login}`,
        `oras push${when('--plain-http')} ${place}/my-files:1.0 my-file.txt`,
      ];
  }
}
