import { Button, Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { listProjects, type ProjectView } from '@/api/generated';
import { page } from '@/api/pages';
import { useSession } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { PageHeader } from '@/shared/PageHeader';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';

const CreateProject = lazy(() => import('./CreateProject'));

const FILTERS = [
  { key: 'name', comparison: 'contains' },
  { key: 'public', comparison: 'exact' },
] as const;

export default function ProjectsPage() {
  const { t } = useTranslation();
  const { user, system } = useSession();
  const [isCreating, setCreating] = useState(false);
  const state = useListState({ sort: 'name', filters: [...FILTERS] });
  const list = useQuery({
    queryKey: ['projects', state.query],
    queryFn: () => page(listProjects({ query: state.query })),
    placeholderData: keepPreviousData,
  });
  const mayCreate = user !== null && (user.sysadmin_flag || system.project_creation_restriction === 'everyone');
  const create = mayCreate && <Button onClick={() => setCreating(true)}>{t('projects.new')}</Button>;
  return (
    <>
      <PageHeader title={t('projects.title')} description={t('projects.description')} />
      <DataTable
        label={t('projects.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(project) => project.project_id}
        rowName={(project) => project.name}
        filters={[
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
        ]}
        toolbar={create}
        empty={
          <Empty title={t(user ? 'projects.empty' : 'projects.emptyAnonymous')} actions={create}>
            {user && t('projects.emptyHint')}
          </Empty>
        }
      />
      <Suspense>{isCreating && <CreateProject onClose={() => setCreating(false)} />}</Suspense>
    </>
  );
}

function useColumns(): Column<ProjectView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      title: t('common.name'),
      sort: 'name',
      breaks: true,
      render: (project) => <Link to={`/harbor/projects/${project.project_id}`}>{project.name}</Link>,
    },
    {
      key: 'access',
      title: t('projects.access'),
      render: ({ metadata }) =>
        metadata.public === 'true' ? (
          <Label color="green">{t('projects.public')}</Label>
        ) : (
          <Label>{t('projects.private')}</Label>
        ),
    },
    { key: 'role', title: t('projects.role'), render: (project) => <RoleName id={project.current_user_role_id} /> },
    { key: 'repositories', title: t('projects.repositories'), align: 'right', render: (project) => project.repo_count },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: (project) => <Time value={project.creation_time} />,
    },
  ];
}

function RoleName({ id }: { id: number | undefined }) {
  const { t } = useTranslation();
  if (id === 1 || id === 2 || id === 3 || id === 4 || id === 5) return t(`projects.roles.${id}`);
  return null;
}
