import { useTranslation } from '@/texts';
import { stopRunningJob, type WorkerView } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { useJobTypeName } from './jobTypes';
import './texts';

/** What is to be stopped: the job of a worker, or without one all that run. */
export interface StopWish {
  worker?: WorkerView;
  running: number;
}

export default function StopJob({ wish, onClose }: { wish: StopWish; onClose: () => void }) {
  const { t } = useTranslation();
  const { worker } = wish;
  const type = useJobTypeName()(worker?.job_name);
  const id = worker?.job_id ?? 'all';
  const stop = useAction({
    run: () => stopRunningJob({ path: { job_id: id } }),
    changes: [['job-service']],
    done: worker ? t('jobs.workers.stopDone', { type }) : t('jobs.workers.stopAllDone'),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={worker ? t('jobs.workers.stopTitle', { type }) : t('jobs.workers.stopAllTitle', { count: wish.running })}
      confirm={worker ? t('jobs.workers.stop') : t('jobs.workers.stopAll')}
      action={stop}
      onConfirm={() => stop.mutate()}
      onClose={onClose}
    >
      <p>{worker ? t('jobs.workers.stopBody', { id }) : t('jobs.workers.stopAllBody')}</p>
    </ConfirmDialog>
  );
}
