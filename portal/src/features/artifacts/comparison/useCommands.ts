import { useQuery } from '@tanstack/react-query';
import { getAddition, type ArtifactView } from '@/api/generated';
import type { RepositoryPlace } from '@/features/repositories/useRepository';
import { record } from '../details';
import { joinHistory, type Command, type Layer } from '../history';

const HISTORY = 'build_history';

/** What made each layer of an image, by the layer's digest; empty while it is not known. */
export function useCommands(
  repository: RepositoryPlace,
  artifact: ArtifactView,
  layers: Layer[] | null,
): ReadonlyMap<string, Command> {
  const { data } = useQuery({
    queryKey: repository.key('addition', artifact.digest, HISTORY),
    queryFn: async () => {
      const path = { ...repository.path, reference: artifact.digest, addition: HISTORY };
      const answer = await getAddition({ path, parseAs: 'text' });
      return typeof answer.data === 'string' ? answer.data : '';
    },
    enabled: HISTORY in (artifact.addition_links ?? {}),
    staleTime: Infinity,
  });
  const steps: unknown = data ? JSON.parse(data) : null;
  if (!Array.isArray(steps) || layers === null) return new Map();
  const made = joinHistory(steps.map(record), layers);
  return new Map(made.flatMap(({ layer, command, full }) => (layer && full ? [[layer.digest, command]] : [])));
}
