import { Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { listArtifacts, type ArtifactView } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInProject } from '@/session/session';
import { DataTable } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { shortDigest } from '@/shared/format';
import { comparisonAddress } from './addresses';
import { useArtifactColumns } from './artifactColumns';
import type { Opened } from './ArtifactDialog';
import { useArtifactActions } from './useArtifactActions';
import { useArtifactList } from './useArtifactList';
import { useRepository } from './useRepository';
import './repositories.css';
import './texts';

const ArtifactDialog = lazy(() => import('./ArtifactDialog'));
const AccessoryTree = lazy(() => import('./AccessoryTree'));
const LabelFilter = lazy(() => import('./LabelFilter'));

/** The artifacts of a repository. */
export default function ArtifactsTab() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { project, name, path, key } = useRepository();
  const can = useCanInProject(project.project_id);
  const [selected, setSelected] = useState<ArtifactView[]>([]);
  const [opened, open] = useState<Opened>();
  const { state, query, filters } = useArtifactList();
  const list = useQuery({
    queryKey: key('artifacts', query),
    queryFn: () => page(listArtifacts({ path, query })),
    placeholderData: keepPreviousData,
  });
  const actionsOf = useArtifactActions(project.project_id);
  const [left, right] = selected;
  return (
    <>
      <DataTable
        label={t('repositories.artifactsOf', { name })}
        columns={useArtifactColumns()}
        list={list}
        state={state}
        isWide
        rowKey={({ digest }) => digest}
        rowName={({ digest }) => shortDigest(digest)}
        filters={filters}
        toolbar={
          <Suspense>
            <LabelFilter projectId={project.project_id} state={state} />
          </Suspense>
        }
        actions={(artifact) => actionsOf(artifact, open)}
        expanded={(artifact) => (
          <Suspense>
            <AccessoryTree accessories={artifact.accessories ?? []} />
          </Suspense>
        )}
        canExpand={({ accessories }) => (accessories?.length ?? 0) > 0}
        selection={{
          selected,
          setSelected,
          actions: (
            <>
              <Button
                variant="secondary"
                isDisabled={selected.length !== 2}
                onClick={() => {
                  if (left && right) {
                    void navigate(comparisonAddress(project.project_id, name, left.digest, right.digest));
                  }
                }}
              >
                {t('repositories.compare')}
              </Button>{' '}
              {can('artifact', 'delete') && (
                <Button variant="danger" onClick={() => open({ what: 'delete', artifacts: selected })}>
                  {t('common.delete')}
                </Button>
              )}
            </>
          ),
        }}
        empty={<Empty title={t('repositories.noArtifacts')}>{t('repositories.noArtifactsHint')}</Empty>}
      />
      <Suspense>
        {opened && <ArtifactDialog opened={opened} onDeleted={() => setSelected([])} onClose={() => open(undefined)} />}
      </Suspense>
    </>
  );
}
