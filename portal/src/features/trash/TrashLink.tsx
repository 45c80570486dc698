import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import './texts';

/** Beside what says that something of a project was deleted: the way to where it can be brought back. */
export function TrashLink({ projectId }: { projectId: number }) {
  const { t } = useTranslation();
  return <Link to={`/harbor/projects/${projectId}/trash`}>{t('trash.openTrash')}</Link>;
}
