/**
 * Manifests and blobs, by the registry's own protocol: the API has neither. A session is enough for it; who has not
 * signed in gets a token first, as clients do.
 *
 * The server counts a manifest that is read so as a pull. It is asked for only on pages that show what is in it, and
 * once: what a digest names never changes.
 */

import { useQuery } from '@tanstack/react-query';
import type { ArtifactView } from '@/api/generated';
import { request } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useCanInProject, useSession } from '@/session/session';
import { parseManifest, type Descriptor } from './manifest';

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** Longest configuration that is shown. Bytes. */
export const MOST_SHOWN = 4 * 1024 * 1024;

export interface Referrer {
  digest: string;
  artifactType: string;
}

/** The manifest of an artifact; nothing while it is not known, or for who may not pull. */
export function useManifest({ repository_name: name, digest, project_id: project }: ArtifactView) {
  const isAnonymous = useSession().user === null;
  const can = useCanInProject(project);
  return useQuery({
    queryKey: ['manifest', name, digest],
    queryFn: async () => parseManifest(await read(name, `manifests/${digest}`, { accept: MANIFESTS }, isAnonymous)),
    // Who may not would be asked for a password by the browser itself.
    enabled: can('repository', 'pull'),
    staleTime: Infinity,
    gcTime: 30 * 60_000,
  });
}

/** The text of a blob that a manifest names. */
export function useBlobText(repository: string, blob: Descriptor | undefined) {
  const isAnonymous = useSession().user === null;
  return useQuery({
    queryKey: ['blob', repository, blob?.digest],
    queryFn: async () => {
      if (blob === undefined || blob.size === 0) return '';
      // A store may answer with an address elsewhere, where this page may not go; for a range it never does.
      const range = `bytes=0-${blob.size - 1}`;
      return read(repository, `blobs/${blob.digest}`, { range }, isAnonymous);
    },
    enabled: blob !== undefined && blob.size <= MOST_SHOWN,
    staleTime: Infinity,
  });
}

/** What refers to an artifact, with its type, which the API's accessories do not say. */
export function useReferrers({ repository_name: name, digest, project_id: project }: ArtifactView) {
  const isAnonymous = useSession().user === null;
  const can = useCanInProject(project);
  return useQuery({
    queryKey: ['project', String(project), 'referrers', name, digest],
    queryFn: async () => {
      const text = await read(name, `referrers/${digest}`, {}, isAnonymous);
      const { manifests } = JSON.parse(text) as { manifests?: Partial<Referrer>[] };
      return Object.fromEntries((manifests ?? []).map((one) => [one.digest ?? '', one.artifactType ?? '']));
    },
    enabled: can('repository', 'pull'),
  });
}

async function read(
  repository: string,
  path: string,
  headers: Record<string, string>,
  isAnonymous: boolean,
): Promise<string> {
  try {
    const authorization = isAnonymous ? await anonymousToken(repository) : {};
    return await answered(request(`/v2/${repository}/${path}`, { headers: { ...headers, ...authorization } }));
  } catch (error) {
    throw ApiError.of(error, undefined);
  }
}

async function anonymousToken(repository: string): Promise<Record<string, string>> {
  const query = new URLSearchParams({ service: 'harbor-registry', scope: `repository:${repository}:pull` });
  const { token } = JSON.parse(await answered(request(`/service/token?${query.toString()}`))) as { token: string };
  return { authorization: `Bearer ${token}` };
}

async function answered(asked: Promise<Response>): Promise<string> {
  const response = await asked;
  const text = await response.text();
  if (!response.ok) throw ApiError.of(text, response);
  return text;
}
