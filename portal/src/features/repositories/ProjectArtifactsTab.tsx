import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import { useTranslation } from '@/texts';
import { listArtifactsOfProject, type ArtifactView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { repositoryInProject, shortDigest } from '@/shared/format';
import { repositoryAddress } from './addresses';
import { useArtifactColumns } from './artifactColumns';
import type { Opened } from './ArtifactDialog';
import { useArtifactActions } from './useArtifactActions';
import { useArtifactList } from './useArtifactList';
import { InRepository } from './useRepository';
import { Views } from './Views';
import './repositories.css';
import './texts';

const ArtifactDialog = lazy(() => import('./ArtifactDialog'));
const AccessoryTree = lazy(() => import('./AccessoryTree'));
const LabelFilter = lazy(() => import('./LabelFilter'));

/** The artifacts of all repositories of a project, those that were pushed last first. */
export default function ProjectArtifactsTab() {
  const { t } = useTranslation();
  const { project_id: projectId, name } = useProject();
  const [opened, open] = useState<Opened & { repository: string }>();
  const { state, query, filters } = useArtifactList();
  const list = useQuery({
    queryKey: projectKey(projectId, 'artifacts', query),
    queryFn: () => page(listArtifactsOfProject({ path: { project_name_or_id: String(projectId) }, query })),
    placeholderData: keepPreviousData,
  });
  const close = () => open(undefined);
  return (
    <>
      <Views />
      <DataTable
        label={t('repositories.artifactsOf', { name })}
        columns={useColumns(projectId)}
        list={list}
        state={state}
        isWide
        rowKey={({ id }) => id}
        rowName={(artifact) => `${repositoryOf(artifact)}@${shortDigest(artifact.digest)}`}
        filters={filters}
        toolbar={
          <Suspense>
            <LabelFilter projectId={projectId} state={state} />
          </Suspense>
        }
        actions={useActions(projectId, open)}
        expanded={(artifact) => (
          <InRepository value={repositoryOf(artifact)}>
            <Suspense>
              <AccessoryTree accessories={artifact.accessories ?? []} />
            </Suspense>
          </InRepository>
        )}
        canExpand={({ accessories }) => (accessories?.length ?? 0) > 0}
        empty={<Empty title={t('repositories.noArtifactsOfProject')}>{t('repositories.emptyForReaders')}</Empty>}
      />
      {opened && (
        <InRepository value={opened.repository}>
          <Suspense>
            <ArtifactDialog opened={opened} onDeleted={close} onClose={close} />
          </Suspense>
        </InRepository>
      )}
    </>
  );
}

function repositoryOf({ repository_name: name }: ArtifactView): string {
  return repositoryInProject(name);
}

function useActions(projectId: number, open: (dialog: Opened & { repository: string }) => void) {
  const actionsOf = useArtifactActions(projectId);
  return (artifact: ArtifactView) =>
    actionsOf(artifact, (dialog) => open({ ...dialog, repository: repositoryOf(artifact) }));
}

/** The columns of a repository's list, each cell in its own repository, which is named above the digest. */
function useColumns(projectId: number): Column<ArtifactView>[] {
  const { t } = useTranslation();
  const [digest, ...others] = useArtifactColumns().map((column) => ({
    ...column,
    render: (artifact: ArtifactView) => (
      <InRepository value={repositoryOf(artifact)}>{column.render(artifact)}</InRepository>
    ),
  }));
  if (digest === undefined) return [];
  const named = {
    ...digest,
    title: t('repositories.repositoryAndDigest'),
    render: (artifact: ArtifactView) => (
      <>
        <div className="m-shrink">
          <Link to={repositoryAddress(projectId, repositoryOf(artifact))}>{repositoryOf(artifact)}</Link>
        </div>
        {digest.render(artifact)}
      </>
    ),
  };
  return [named, ...others];
}
