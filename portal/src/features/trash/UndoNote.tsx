import { useSession } from '@/session/session';
import { useTranslation } from '@/texts';
import './texts';

/** In a dialog that deletes something: whether it can come back, and for how long. */
export function UndoNote() {
  const { t } = useTranslation();
  const days = useSession().trashDays ?? 0;
  return <p>{days === 0 ? t('common.cannotBeUndone') : t('trash.undoNote', { count: days })}</p>;
}
