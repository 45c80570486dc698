import { useTranslation } from '@/texts';
import { useRetentionDays } from './retention';
import './texts';

/** In a dialog that deletes something of a project: that, and how long, it can come back. */
export function UndoNote({ projectId }: { projectId: number }) {
  const { t } = useTranslation();
  const days = useRetentionDays(projectId);
  return <p>{days === undefined ? t('trash.undoNote') : t('trash.undoNoteDays', { count: days })}</p>;
}
