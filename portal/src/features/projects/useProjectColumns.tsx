import './projects.css';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { ProjectView } from '@/api/generated';
import { useSession } from '@/session/session';
import type { Column } from '@/shared/DataTable';
import { formatBytes } from '@/shared/format';
import { Time } from '@/shared/Time';
import { Usage } from '@/shared/Usage';
import { AccessLabel } from './AccessLabel';
import { RoleName } from './RoleName';
import './texts';

/** What there is to say of projects only to those who may have a role in them. */
const OF_MEMBERS = new Set(['role', 'size']);

/** The columns of the list of projects. */
export function useProjectColumns(): Column<ProjectView>[] {
  const { t } = useTranslation();
  const { user } = useSession();
  const columns: Column<ProjectView>[] = [
    {
      key: 'name',
      title: t('common.name'),
      sort: 'name',
      width: 25,
      breaks: true,
      render: (project) => <Link to={`/harbor/projects/${project.project_id}`}>{project.name}</Link>,
    },
    {
      key: 'access',
      title: t('projects.access'),
      sort: 'public',
      render: (project) => <AccessLabel project={project} />,
    },
    {
      key: 'role',
      title: t('projects.role'),
      render: (project) => (
        <span className="m-one-line">
          <RoleName id={project.current_user_role_id} />
        </span>
      ),
    },
    { key: 'repositories', title: t('projects.repositories'), align: 'right', render: (project) => project.repo_count },
    { key: 'size', title: t('projects.size'), width: 20, render: (project) => <Size project={project} /> },
    {
      key: 'created',
      title: t('common.created'),
      sort: 'creation_time',
      render: (project) => (
        <span className="m-one-line">
          <Time value={project.creation_time} />
        </span>
      ),
    },
  ];
  return user === null ? columns.filter(({ key }) => !OF_MEMBERS.has(key)) : columns;
}

/** Known to those with a role in the project; without a limit there is nothing to draw. */
function Size({ project }: { project: ProjectView }) {
  const { t } = useTranslation();
  const { name, storage_used: used, storage_limit: limit } = project;
  if (used === undefined || limit === undefined) return null;
  return limit < 0 ? (
    formatBytes(used)
  ) : (
    <div className="m-size">
      <Usage used={used} limit={limit} label={t('projects.sizeOf', { name })} />
    </div>
  );
}
