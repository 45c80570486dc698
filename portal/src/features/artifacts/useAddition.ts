import { useSuspenseQuery } from '@tanstack/react-query';
import { getAddition } from '@/api/generated';
import { useArtifact } from './useArtifact';

/** The text of one addition of the artifact that the address names. */
export function useAddition(addition: string): string {
  const { repository, artifact, path } = useArtifact();
  return useSuspenseQuery({
    queryKey: repository.key('addition', artifact.digest, addition),
    queryFn: async () => {
      const { data } = await getAddition({ path: { ...path, addition }, parseAs: 'text' });
      return typeof data === 'string' ? data : '';
    },
    // Of an artifact nothing changes but its names and labels.
    staleTime: Infinity,
  }).data;
}

/** An addition that is a list; strangers wrote what is in it. */
export function useListAddition(addition: string): unknown[] {
  const text = useAddition(addition);
  const value: unknown = text === '' ? null : JSON.parse(text);
  return Array.isArray(value) ? value : [];
}
