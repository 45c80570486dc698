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
  registry: string;
  /** With its project. */
  repository: string;
  /** A tag or a digest. */
  reference: string;
}

/** The command that pulls it. */
export function pullCommand(client: Client, { registry, repository, reference }: Wanted): string {
  const name = `${registry}/${repository}`;
  const isDigest = reference.includes(':');
  const image = `${name}${isDigest ? '@' : ':'}${reference}`;
  switch (client) {
    case 'docker':
    case 'podman':
    case 'nerdctl':
    case 'crictl':
    case 'oras':
      return `${client} pull ${image}`;
    case 'skopeo':
      return `skopeo copy --all docker://${image} oci:${lastPart(repository)}${isDigest ? '' : `:${reference}`}`;
    case 'helm':
      // A tag cannot have the "+" of a version: Helm writes "_" for it.
      return isDigest
        ? `helm pull oci://${image}`
        : `helm pull oci://${name} --version ${reference.replaceAll('_', '+')}`;
  }
}

function lastPart(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}
