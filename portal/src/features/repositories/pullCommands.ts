/** How clients pull an artifact from this server. Pure. */

export const CLIENTS = ['docker', 'podman', 'nerdctl', 'crictl', 'skopeo', 'helm', 'oras'] as const;

export type Client = (typeof CLIENTS)[number];

const OF_IMAGES: Client[] = ['docker', 'podman', 'nerdctl', 'crictl', 'skopeo'];

/** The clients that can do something with an artifact of that type, the usual one first. */
export function clientsFor(type: string): Client[] {
  if (type === 'IMAGE') return OF_IMAGES;
  if (type === 'CHART') return ['helm', 'oras'];
  return ['oras'];
}

/** The client that was chosen before where it fits, else the usual one. */
export function preferredClient(type: string, remembered: string | null): Client {
  const fitting = clientsFor(type);
  return fitting.find((client) => client === remembered) ?? fitting[0] ?? 'oras';
}

export interface Wanted {
  /** Host and port, as clients name this server. */
  host: string;
  /** Whether it is reached without TLS, which most clients have to be told. */
  isPlainHttp: boolean;
  /** With its project. */
  repository: string;
  /** A tag or a digest. */
  reference: string;
}

/** The command that pulls it. */
export function pullCommand(client: Client, { host, isPlainHttp, repository, reference }: Wanted): string {
  const name = `${host}/${repository}`;
  const isDigest = reference.includes(':');
  const image = `${name}${isDigest ? '@' : ':'}${reference}`;
  const when = (flag: string) => (isPlainHttp ? ` ${flag}` : '');
  switch (client) {
    case 'docker':
    case 'crictl':
      // Both are told in their settings.
      return `${client} pull ${image}`;
    case 'podman':
      return `podman pull${when('--tls-verify=false')} ${image}`;
    case 'nerdctl':
      return `nerdctl${when('--insecure-registry')} pull ${image}`;
    case 'oras':
      return `oras pull${when('--plain-http')} ${image}`;
    case 'skopeo': {
      const layout = `oci:${lastPart(repository)}${isDigest ? '' : `:${reference}`}`;
      return `skopeo copy --all${when('--src-tls-verify=false')} docker://${image} ${layout}`;
    }
    case 'helm': {
      const pull = `helm pull${when('--plain-http')} oci://`;
      // A tag cannot have the "+" of a version: Helm writes "_" for it.
      return isDigest ? `${pull}${image}` : `${pull}${name} --version ${reference.replaceAll('_', '+')}`;
    }
  }
}

function lastPart(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}
