import { useTranslation } from '@/texts';
import { actionPendingJobs } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { SCHEDULER } from './queues';
import './texts';

/** Asks before all schedules are held, or go on. */
export default function HoldSchedules({ isHeld, onClose }: { isHeld: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const act = isHeld ? 'resume' : 'pause';
  const action = useAction({
    run: () => actionPendingJobs({ path: { job_type: SCHEDULER }, body: { action: act } }),
    changes: [['job-service']],
    done: t(`jobs.schedules.${act}Done`),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t(`jobs.schedules.${act}Title`)}
      confirm={t(`jobs.schedules.${act}`)}
      danger={false}
      action={action}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <p>{t(`jobs.schedules.${act}Body`)}</p>
    </ConfirmDialog>
  );
}
