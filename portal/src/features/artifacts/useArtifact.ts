import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { getArtifact, type ArtifactView } from '@/api/generated';
import { body } from '@/api/pages';
import { artifactAddress } from '@/features/repositories/addresses';
import { useRepository, type RepositoryPlace } from '@/features/repositories/useRepository';

export interface ArtifactPlace {
  repository: RepositoryPlace;
  artifact: ArtifactView;
  /** Of its page. */
  address: string;
  /** As the API's operations name it. */
  path: { project_name: string; repository_name: string; reference: string };
}

/** What is asked about an artifact whenever it is shown. */
export function artifactOptions(repository: RepositoryPlace, reference: string) {
  return {
    queryKey: repository.key('artifact', reference),
    queryFn: () =>
      body(
        getArtifact({
          path: { ...repository.path, reference },
          query: {
            with_tag: true,
            with_label: true,
            with_accessory: true,
            with_inherited_accessory: true,
            with_immutable_status: true,
          },
        }),
      ),
  };
}

/** The artifact that the address names, by its digest or by a tag. */
export function useArtifact(): ArtifactPlace {
  const repository = useRepository();
  const { reference = '' } = useParams();
  const artifact = useSuspenseQuery(artifactOptions(repository, reference)).data;
  return {
    repository,
    artifact,
    address: artifactAddress(repository.project.project_id, repository.name, reference),
    path: { ...repository.path, reference: artifact.digest },
  };
}
