import { Button } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { useUnsaved } from '@/app/leaving';
import { useCanInSystem } from '@/session/session';
import './texts';

interface Props {
  changes: number;
  isValid: boolean;
  isSaving: boolean;
  onDiscard: () => void;
}

/** Saves or discards what was changed, and asks before it is left behind. Stays in sight while there is something. */
export function SaveBar({ changes, isValid, isSaving, onDiscard }: Props) {
  const { t } = useTranslation();
  const mayChange = useCanInSystem()('configuration', 'update');
  useUnsaved(changes > 0 && !isSaving);
  if (!mayChange) return null;
  return (
    <div className={changes > 0 ? 'm-save-bar m-save-bar-sticks' : 'm-save-bar'}>
      <Button type="submit" isDisabled={changes === 0 || !isValid || isSaving} isLoading={isSaving}>
        {t('common.save')}
      </Button>
      <Button variant="link" isDisabled={changes === 0 || isSaving} onClick={onDiscard}>
        {t('configuration.discard')}
      </Button>
      <span role="status">{changes > 0 && t('configuration.unsaved', { count: changes })}</span>
    </div>
  );
}
