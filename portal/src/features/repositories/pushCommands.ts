/** How clients push a first artifact into a project. Pure. */

export const PUSHERS = ['docker', 'podman', 'skopeo', 'helm', 'oras'] as const;

export type Pusher = (typeof PUSHERS)[number];

/** Commands for `app:v1`, or what the client pushes instead; `registry`: host and port. */
export function pushCommands(client: Pusher, registry: string, project: string): string {
  const place = `${registry}/${project}`;
  switch (client) {
    case 'docker':
    case 'podman':
      return [
        `${client} login ${registry}`,
        `${client} tag app:v1 ${place}/app:v1`,
        `${client} push ${place}/app:v1`,
      ].join('\n');
    case 'skopeo':
      return [`skopeo login ${registry}`, `skopeo copy docker-daemon:app:v1 docker://${place}/app:v1`].join('\n');
    case 'helm':
      return [`helm registry login ${registry}`, 'helm package ./app', `helm push app-1.0.0.tgz oci://${place}`].join(
        '\n',
      );
    case 'oras':
      return [`oras login ${registry}`, `oras push ${place}/app:v1 ./file`].join('\n');
  }
}
