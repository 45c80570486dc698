import { useTranslation } from '@/texts';
import { ConfirmDialog } from '@/shared/dialogs';

const NOTHING_RUNS = { isPending: false, error: null };

export default function LeaveDialog({ onLeave, onStay }: { onLeave: () => void; onStay: () => void }) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t('common.leave.title')}
      confirm={t('common.leave.confirm')}
      action={NOTHING_RUNS}
      onConfirm={onLeave}
      onClose={onStay}
    >
      {t('common.leave.body')}
    </ConfirmDialog>
  );
}
