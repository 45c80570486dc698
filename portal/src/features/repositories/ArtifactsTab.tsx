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
import type { FilterField } from '@/shared/ListToolbar';
import { useListState } from '@/shared/useListState';
import { comparisonAddress } from './addresses';
import { useArtifactColumns } from './artifactColumns';
import { ArtifactDialog, type Opened } from './ArtifactDialog';
import { artifactsQuery } from './artifactsQuery';
import { KNOWN_TYPES, useTypeName } from './ArtifactType';
import { useArtifactActions } from './useArtifactActions';
import { useRepository } from './useRepository';
import './repositories.css';
import './texts';

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
  const state = useListState({
    sort: '-push_time',
    // What they are in the query is said by artifactsQuery.
    filters: [
      { key: 'tag', comparison: 'contains' },
      { key: 'tagged', comparison: 'exact' },
      { key: 'type', comparison: 'exact' },
      { key: 'labels', comparison: 'exact' },
    ],
  });
  const query = {
    ...state.query,
    q: artifactsQuery(state.filters),
    with_tag: true,
    with_label: true,
    with_accessory: true,
    with_immutable_status: true,
  };
  const list = useQuery({
    queryKey: key('artifacts', query),
    queryFn: () => page(listArtifacts({ path, query })),
    placeholderData: keepPreviousData,
  });
  const actionsOf = useArtifactActions(project.project_id, open);
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
        filters={useFilters(state.filters.tag !== '')}
        toolbar={
          <Suspense>
            <LabelFilter projectId={project.project_id} state={state} />
          </Suspense>
        }
        actions={actionsOf}
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
      {opened && <ArtifactDialog opened={opened} onDeleted={() => setSelected([])} onClose={() => open(undefined)} />}
    </>
  );
}

/** A text asks for a tag: whether there is one is then no question. */
function useFilters(hasText: boolean): FilterField[] {
  const { t } = useTranslation();
  const typeName = useTypeName();
  const tagged: FilterField = {
    key: 'tagged',
    label: t('repositories.tags'),
    kind: 'choice',
    choices: [
      { value: '*', label: t('repositories.tagged') },
      { value: 'nil', label: t('repositories.untagged') },
    ],
  };
  return [
    { key: 'tag', label: t('repositories.tag'), kind: 'text' },
    ...(hasText ? [] : [tagged]),
    {
      key: 'type',
      label: t('repositories.type'),
      kind: 'choice',
      choices: KNOWN_TYPES.map((type) => ({ value: type, label: typeName(type) })),
    },
  ];
}
