import { useTranslation } from '@/texts';
import { getLogExts } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { Empty } from '@/shared/Empty';
import { LogTable } from './LogTable';
import { PROJECT_RESOURCE_TYPES } from './vocabulary';
import './texts';

/** What happened in the project. */
export default function ProjectLogsTab() {
  const { t } = useTranslation();
  const { project_id: id, name } = useProject();
  return (
    <LogTable
      name={name}
      queryKey={projectKey(id, 'audit-log')}
      load={(query, signal) => page(getLogExts({ path: { project_name: String(id) }, query, signal }))}
      resourceTypes={PROJECT_RESOURCE_TYPES}
      operations={['create', 'delete', 'pull', 'update']}
      empty={<Empty title={t('logs.empty')}>{t('logs.emptyOfProjectHint')}</Empty>}
    />
  );
}
