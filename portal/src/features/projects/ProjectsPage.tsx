import { Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { listProjects, type ProjectView } from '@/api/generated';
import { page } from '@/api/pages';
import { useCanInSystem, useSession } from '@/session/session';
import { DataTable } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import type { FilterField } from '@/shared/ListToolbar';
import { PageHeader } from '@/shared/PageHeader';
import { useListState } from '@/shared/useListState';
import { dismiss, isDismissed, isUnused } from './firstPush';
import { useProjectColumns } from './useProjectColumns';
import './texts';

const CreateProject = lazy(() => import('./CreateProject'));
const DeleteProject = lazy(() => import('./DeleteProject'));
const FirstPush = lazy(() => import('./FirstPush'));

const FILTERS = [
  { key: 'name', comparison: 'contains' },
  { key: 'public', comparison: 'exact' },
  { key: 'owner', comparison: 'exact' },
] as const;

export default function ProjectsPage() {
  const { t } = useTranslation();
  const { user, system } = useSession();
  const [isCreating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ProjectView | null>(null);
  const state = useListState({ sort: 'name', filters: [...FILTERS] });
  const query = { ...state.query, with_storage: true };
  const list = useQuery({
    queryKey: ['projects', query],
    queryFn: () => page(listProjects({ query })),
    placeholderData: keepPreviousData,
  });
  const first = useFirstPush(
    !state.isFiltered && !list.isPlaceholderData && list.data !== undefined && isUnused(list.data),
  );
  const mayCreate = user !== null && (user.sysadmin_flag || system.project_creation_restriction === 'everyone');
  const create = mayCreate && <Button onClick={() => setCreating(true)}>{t('projects.new')}</Button>;
  const mayDelete = useMayDelete();
  return (
    <>
      <PageHeader
        title={t('titles.projects')}
        description={t('projects.description')}
        // An empty list has the button itself.
        actions={(state.isFiltered || list.data?.total !== 0) && create}
      >
        <Suspense>
          {user !== null && first.isShown && !state.isFiltered && list.data && (
            <FirstPush projects={list.data} query={query} user={user} onDismiss={first.dismiss} mayCreate={mayCreate} />
          )}
        </Suspense>
      </PageHeader>
      <DataTable
        label={t('projects.list')}
        columns={useProjectColumns()}
        list={list}
        state={state}
        rowKey={(project) => project.project_id}
        rowName={(project) => project.name}
        isWide
        filters={useFilterFields()}
        actions={
          user === null
            ? undefined
            : (project) =>
                mayDelete(project)
                  ? [{ title: t('projects.deleteAction'), isDanger: true, onClick: () => setDeleting(project) }]
                  : []
        }
        empty={
          <Empty title={t(user ? 'projects.empty' : 'projects.emptyAnonymous')} actions={create}>
            {user && t('projects.emptyHint')}
          </Empty>
        }
      />
      <Suspense>
        {isCreating && <CreateProject onClose={() => setCreating(false)} />}
        {deleting && <DeleteProject project={deleting} onClose={() => setDeleting(null)} />}
      </Suspense>
    </>
  );
}

/** Whether to show how to push: from when nothing is there, until it is dismissed or the page is left. */
function useFirstPush(isUnused: boolean) {
  const { user } = useSession();
  const [isShown, setShown] = useState(false);
  const [isDone, setDone] = useState(false);
  // It stays once there is something: it is what takes the account there.
  if (isUnused && !isShown && !isDone && user !== null && !isDismissed(user.user_id)) setShown(true);
  return {
    isShown: isShown && !isDone,
    dismiss: () => {
      if (user !== null) dismiss(user.user_id);
      setDone(true);
    },
  };
}

/** Project admins delete their project, administrators of the system any. */
function useMayDelete(): (project: ProjectView) => boolean {
  const can = useCanInSystem();
  return (project) => can('project', 'delete') || project.current_user_role_id === 1;
}

function useFilterFields(): FilterField[] {
  const { t } = useTranslation();
  const { user } = useSession();
  const fields: FilterField[] = [
    { key: 'name', label: t('common.name'), kind: 'text' },
    {
      key: 'public',
      label: t('projects.access'),
      kind: 'choice',
      choices: [
        { value: 'true', label: t('projects.public') },
        { value: 'false', label: t('projects.private') },
      ],
    },
  ];
  // Anonymous visitors see public projects, of whom nobody is theirs.
  return user === null
    ? fields.slice(0, 1)
    : [
        ...fields,
        {
          key: 'owner',
          label: t('projects.owner'),
          kind: 'choice',
          choices: [{ value: user.username, label: t('projects.mine') }],
        },
      ];
}
