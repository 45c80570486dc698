import { Alert, Button, Flex, Label } from '@patternfly/react-core';
import type { IAction } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { listJobQueues, type QueueView } from '@/api/generated';
import { body } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { useCanInSystem } from '@/session/session';
import type { Column } from '@/shared/DataTable';
import { ErrorAlert, Failure } from '@/shared/Failure';
import { formatDuration } from '@/shared/format';
import { useJobTypeName } from './jobTypes';
import { useRefetch } from './live';
import { PlainTable } from './PlainTable';
import { waitingIn, withoutScheduler, type QueueWish } from './queues';
import './texts';

const QueueDialog = lazy(() => import('./QueueDialog'));

export default function QueuesPage() {
  const { t } = useTranslation();
  const nameOf = useJobTypeName();
  const columns = useColumns();
  const mayAct = useCanInSystem()('jobservice-monitor', 'stop');
  const [wish, setWish] = useState<QueueWish | null>(null);
  const actionsOf = useQueueActions(setWish);
  const list = useQuery({
    queryKey: ['job-service', 'queues'],
    queryFn: () => body(listJobQueues()),
    refetchInterval: useRefetch(),
  });
  if (list.data === undefined) {
    return list.error ? <Failure error={list.error} onRetry={() => void list.refetch()} /> : <Waiting />;
  }
  const { queues, isSchedulerPaused } = withoutScheduler(list.data);
  return (
    <>
      {list.error && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      {isSchedulerPaused && (
        <Alert
          variant="warning"
          isInline
          title={t('jobs.queues.schedulesPaused')}
          component="p"
          actionLinks={<Link to="../schedules">{t('jobs.queues.toSchedules')}</Link>}
        />
      )}
      {mayAct && <ForAll queues={queues} isSchedulerPaused={isSchedulerPaused} onWish={setWish} />}
      <PlainTable
        label={t('jobs.queues.list')}
        columns={columns}
        rows={queues}
        rowKey={(queue) => queue.job_type ?? ''}
        rowName={(queue) => nameOf(queue.job_type)}
        actions={mayAct ? actionsOf : undefined}
      />
      <Suspense>{wish && <QueueDialog wish={wish} onClose={() => setWish(null)} />}</Suspense>
    </>
  );
}

interface ForAllProps {
  queues: QueueView[];
  isSchedulerPaused: boolean;
  onWish: (wish: QueueWish) => void;
}

/** Buttons for all queues at once; those that would do nothing are not offered. */
function ForAll({ queues, isSchedulerPaused, onWish }: ForAllProps) {
  const { t } = useTranslation();
  const waiting = waitingIn(queues);
  const paused = queues.filter((queue) => queue.paused).length + (isSchedulerPaused ? 1 : 0);
  return (
    <Flex columnGap={{ default: 'columnGapSm' }}>
      {paused <= queues.length && (
        <Button variant="secondary" onClick={() => onWish({ act: 'pause', waiting })}>
          {t('jobs.queues.pauseAll')}
        </Button>
      )}
      {paused > 0 && (
        <Button variant="secondary" onClick={() => onWish({ act: 'resume', waiting })}>
          {t('jobs.queues.resumeAll')}
        </Button>
      )}
      {waiting > 0 && (
        <Button variant="secondary" isDanger onClick={() => onWish({ act: 'stop', waiting })}>
          {t('jobs.queues.stopAll')}
        </Button>
      )}
    </Flex>
  );
}

/** What can be done with one queue. */
function useQueueActions(onWish: (wish: QueueWish) => void): (queue: QueueView) => IAction[] {
  const { t } = useTranslation();
  return (queue) => {
    const wish = { type: queue.job_type, waiting: queue.count ?? 0 };
    const act = queue.paused ? 'resume' : 'pause';
    const hold = { title: t(`jobs.queues.${act}`), onClick: () => onWish({ ...wish, act }) };
    const drop = { title: t('jobs.queues.stop'), isDanger: true, onClick: () => onWish({ ...wish, act: 'stop' }) };
    return wish.waiting > 0 ? [hold, drop] : [hold];
  };
}

function useColumns(): Column<QueueView>[] {
  const { t } = useTranslation();
  const nameOf = useJobTypeName();
  return [
    { key: 'type', title: t('jobs.type'), width: 40, render: (queue) => nameOf(queue.job_type) },
    { key: 'waiting', title: t('jobs.queues.waiting'), align: 'right', render: (queue) => queue.count ?? 0 },
    {
      key: 'latency',
      title: t('jobs.queues.latency'),
      align: 'right',
      render: (queue) => (queue.count ? formatDuration(1000 * (queue.latency ?? 0)) : '–'),
    },
    {
      key: 'state',
      title: t('jobs.queues.state'),
      render: (queue) =>
        queue.paused ? (
          <Label color="orange">{t('jobs.queues.paused')}</Label>
        ) : (
          <Label color="green">{t('jobs.queues.open')}</Label>
        ),
    },
  ];
}
