import { Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { listRepositories, type RepositoryView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { repositoryInProject } from '@/shared/format';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { repositoryAddress } from './addresses';
import { PushCommands } from '@/features/projects/PushCommands';
import { Views } from './Views';
import './texts';

const DeleteRepositories = lazy(() => import('./DeleteRepositories'));
const PushDialog = lazy(() => import('./PushDialog'));

/** How often an empty project looks whether the first push has arrived. */
const FIRST_PUSH = 5000;

/** The repositories of a project. */
export default function RepositoriesTab() {
  const { t } = useTranslation();
  const project = useProject();
  const can = useCanInProject(project.project_id);
  const [selected, setSelected] = useState<RepositoryView[]>([]);
  const [deleting, setDeleting] = useState<RepositoryView[]>([]);
  const [isPushing, setPushing] = useState(false);
  const state = useListState({ sort: '-update_time', filters: [{ key: 'name', comparison: 'contains' }] });
  const list = useQuery({
    queryKey: projectKey(project.project_id, 'repositories', state.query),
    queryFn: () => page(listRepositories({ path: { project_name: project.name }, query: state.query })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => (data?.total === 0 && !state.isFiltered ? FIRST_PUSH : false),
  });
  const mayDelete = can('repository', 'delete');
  const mayPush = can('repository', 'push');
  return (
    <>
      <Views />
      <DataTable
        label={t('repositories.list', { project: project.name })}
        columns={useColumns(project.project_id)}
        list={list}
        state={state}
        rowKey={({ id }) => id}
        rowName={({ name }) => repositoryInProject(name)}
        filters={[{ key: 'name', label: t('common.name'), kind: 'text' }]}
        toolbar={
          mayPush && (
            <Button variant="secondary" onClick={() => setPushing(true)}>
              {t('repositories.push.title')}
            </Button>
          )
        }
        actions={
          mayDelete
            ? (repository) => [{ title: t('common.delete'), isDanger: true, onClick: () => setDeleting([repository]) }]
            : undefined
        }
        selection={
          mayDelete
            ? {
                selected,
                setSelected,
                actions: (
                  <Button variant="danger" onClick={() => setDeleting(selected)}>
                    {t('common.delete')}
                  </Button>
                ),
              }
            : undefined
        }
        empty={
          <Empty title={t('repositories.empty')} actions={mayPush && <PushCommands project={project.name} />}>
            {t(mayPush ? 'repositories.emptyHint' : 'repositories.emptyForReaders')}
          </Empty>
        }
      />
      <Suspense>
        {isPushing && <PushDialog project={project.name} onClose={() => setPushing(false)} />}
        {deleting.length > 0 && (
          <DeleteRepositories
            project={project}
            repositories={deleting}
            onDeleted={() => setSelected([])}
            onClose={() => setDeleting([])}
          />
        )}
      </Suspense>
    </>
  );
}

function useColumns(projectId: number): Column<RepositoryView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('common.name'),
      sort: 'name',
      breaks: true,
      width: 40,
      render: ({ name }) => (
        <Link to={repositoryAddress(projectId, repositoryInProject(name))}>{repositoryInProject(name)}</Link>
      ),
    },
    {
      key: 'artifacts',
      title: t('repositories.artifacts'),
      align: 'right',
      render: ({ artifact_count: count }) => count,
    },
    {
      key: 'pulls',
      title: t('repositories.pulls'),
      sort: 'pull_count',
      align: 'right',
      render: ({ pull_count: count }) => count,
    },
    {
      key: 'updated',
      title: t('common.updated'),
      sort: 'update_time',
      render: ({ update_time: time }) => <Time value={time} />,
    },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: ({ creation_time: time }) => <Time value={time} />,
    },
  ];
}
