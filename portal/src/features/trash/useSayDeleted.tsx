import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useToast } from '@/shared/Toasts';

/** Says that something of a project was deleted, with the way to where it can be brought back. */
export function useSayDeleted(projectId: number): (title: string) => void {
  const { t } = useTranslation();
  const say = useToast();
  return (title) => say(title, <Link to={`/harbor/projects/${projectId}/trash`}>{t('trash.openTrash')}</Link>);
}
