import { Button } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { ConfirmDialog } from '@/shared/dialogs';
import { useCanInSystem } from '@/session/session';
import { useLeaveGuard } from './useLeaveGuard';
import './texts';

interface Props {
  changes: number;
  isValid: boolean;
  isSaving: boolean;
  onDiscard: () => void;
}

const NOTHING_RUNS = { isPending: false, error: null };

/** Saves or discards what was changed, and asks before it is left behind. Stays in sight while there is something. */
export function SaveBar({ changes, isValid, isSaving, onDiscard }: Props) {
  const { t } = useTranslation();
  const mayChange = useCanInSystem()('configuration', 'update');
  const guard = useLeaveGuard(changes > 0 && !isSaving);
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
      {guard.isAsking && (
        <ConfirmDialog
          title={t('configuration.leaveTitle')}
          confirm={t('configuration.leave')}
          action={NOTHING_RUNS}
          onConfirm={guard.leave}
          onClose={guard.stay}
        >
          {t('configuration.leaveBody')}
        </ConfirmDialog>
      )}
    </div>
  );
}
