import { useTranslation } from '@/texts';
import { actionPendingJobs } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { useJobTypeName } from './jobTypes';
import type { QueueWish } from './queues';
import './texts';

/** Asks before queues are paused, resumed or emptied. */
export default function QueueDialog({ wish, onClose }: { wish: QueueWish; onClose: () => void }) {
  const { t } = useTranslation();
  const { act, waiting } = wish;
  const type = useJobTypeName()(wish.type);
  const isForAll = wish.type === undefined;
  const which = isForAll ? (`${act}All` as const) : act;
  const action = useAction({
    run: () => actionPendingJobs({ path: { job_type: wish.type ?? 'all' }, body: { action: act } }),
    changes: [['job-service']],
    done: t(`jobs.queues.ask.${which}.done`, { type }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t(`jobs.queues.ask.${which}.title`, { type })}
      confirm={t(`jobs.queues.${which}`)}
      danger={act === 'stop'}
      action={action}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      <p>{t(`jobs.queues.ask.${which}.body`, { count: waiting })}</p>
      {act === 'stop' && <p>{t('common.cannotBeUndone')}</p>}
    </ConfirmDialog>
  );
}
