import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProjectView } from '@/api/generated';
import type { Column } from '@/shared/DataTable';
import { Time } from '@/shared/Time';
import { AccessLabel } from './AccessLabel';
import { RoleName } from './RoleName';

/** The columns of the list of projects. */
export function useProjectColumns(): Column<ProjectView>[] {
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
      sort: 'public',
      render: (project) => <AccessLabel project={project} />,
    },
    { key: 'role', title: t('projects.role'), render: (project) => <RoleName id={project.current_user_role_id} /> },
    {
      key: 'owner',
      title: t('projects.owner'),
      sort: 'owner',
      breaks: true,
      render: (project) => project.owner_name,
    },
    { key: 'repositories', title: t('projects.repositories'), align: 'right', render: (project) => project.repo_count },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: (project) => <Time value={project.creation_time} />,
    },
  ];
}
