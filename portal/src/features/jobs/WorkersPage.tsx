import { Button, Content, Flex, Title } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { getWorkerPools, getWorkers, type PoolView, type WorkerView } from '@/api/generated';
import { body } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { useCanInSystem } from '@/session/session';
import type { Column } from '@/shared/DataTable';
import { ErrorAlert, Failure } from '@/shared/Failure';
import { formatDuration } from '@/shared/format';
import { Time } from '@/shared/Time';
import { useJobTypeName } from './jobTypes';
import { useRefetch } from './live';
import { PlainTable } from './PlainTable';
import type { StopWish } from './StopJob';
import { busyIn, isBusy, jobAddress, poolName } from './workers';
import './texts';

const StopJob = lazy(() => import('./StopJob'));

export default function WorkersPage() {
  const refetchInterval = useRefetch();
  const pools = useQuery({
    queryKey: ['job-service', 'pools'],
    queryFn: () => body(getWorkerPools()),
    refetchInterval,
  });
  const workers = useQuery({
    queryKey: ['job-service', 'workers'],
    queryFn: () => body(getWorkers({ path: { pool_id: 'all' } })),
    refetchInterval,
  });
  const retry = () => {
    void pools.refetch();
    void workers.refetch();
  };
  const error = pools.error ?? workers.error;
  if (pools.data === undefined || workers.data === undefined) {
    return error ? <Failure error={error} onRetry={retry} /> : <Waiting />;
  }
  return (
    <>
      {error && <ErrorAlert error={error} onRetry={retry} />}
      <RunningJobs workers={workers.data} pools={pools.data} now={workers.dataUpdatedAt} />
      <Pools workers={workers.data} pools={pools.data} />
    </>
  );
}

interface Shown {
  workers: WorkerView[];
  pools: PoolView[];
}

/** `now`: when the workers were looked at. */
function RunningJobs({ workers, pools, now }: Shown & { now: number }) {
  const { t } = useTranslation();
  const nameOf = useJobTypeName();
  const mayStop = useCanInSystem()('jobservice-monitor', 'stop');
  const [wish, setWish] = useState<StopWish | null>(null);
  const columns = useColumns(pools, now);
  const busy = workers.filter(isBusy);
  return (
    <>
      <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }}>
        <Title headingLevel="h2" size="lg">
          {t('jobs.workers.running')}
        </Title>
        {mayStop && busy.length > 1 && (
          <Button variant="secondary" isDanger onClick={() => setWish({ running: busy.length })}>
            {t('jobs.workers.stopAll')}
          </Button>
        )}
      </Flex>
      {busy.length === 0 ? (
        <Content component="p">
          {pools.length === 0 ? t('jobs.workers.none') : t('jobs.workers.idle', { count: workers.length })}
        </Content>
      ) : (
        <PlainTable
          label={t('jobs.workers.runningList')}
          columns={columns}
          rows={busy}
          rowKey={(worker) => `${worker.id}`}
          rowName={(worker) => nameOf(worker.job_name)}
          actions={
            mayStop
              ? (worker) => [
                  { title: t('jobs.workers.stop'), isDanger: true, onClick: () => setWish({ worker, running: 1 }) },
                ]
              : undefined
          }
        />
      )}
      <Suspense>{wish && <StopJob wish={wish} onClose={() => setWish(null)} />}</Suspense>
    </>
  );
}

function useColumns(pools: PoolView[], now: number): Column<WorkerView>[] {
  const { t } = useTranslation();
  const nameOf = useJobTypeName();
  return [
    { key: 'type', title: t('jobs.type'), render: (worker) => nameOf(worker.job_name) },
    { key: 'job', title: t('jobs.workers.job'), breaks: true, render: (worker) => <code>{worker.job_id}</code> },
    { key: 'pool', title: t('jobs.workers.pool'), render: (worker) => poolName(pools, worker.pool_id) },
    {
      key: 'since',
      title: t('jobs.workers.since'),
      align: 'right',
      render: (worker) => formatDuration(now - Date.parse(worker.start_at ?? '')),
    },
    { key: 'reported', title: t('jobs.workers.reported'), render: (worker) => <Time value={worker.checkin_at} /> },
    {
      key: 'log',
      title: t('jobs.workers.log'),
      render: (worker) => (
        <Link to={jobAddress(worker)} aria-label={t('jobs.workers.logOf', { name: nameOf(worker.job_name) })}>
          {t('jobs.workers.log')}
        </Link>
      ),
    },
  ];
}

function Pools({ workers, pools }: Shown) {
  const { t } = useTranslation();
  const columns: Column<PoolView>[] = [
    { key: 'host', title: t('jobs.workers.host'), breaks: true, render: (pool) => pool.host },
    { key: 'pid', title: t('jobs.workers.pid'), align: 'right', render: (pool) => pool.pid },
    { key: 'id', title: t('jobs.workers.pool'), breaks: true, render: (pool) => <code>{pool.worker_pool_id}</code> },
    { key: 'started', title: t('jobs.workers.started'), render: (pool) => <Time value={pool.start_at} /> },
    { key: 'heartbeat', title: t('jobs.workers.heartbeat'), render: (pool) => <Time value={pool.heartbeat_at} /> },
    {
      key: 'busy',
      title: t('jobs.workers.busy'),
      align: 'right',
      render: (pool) => t('jobs.workers.busyOf', { busy: busyIn(workers, pool), all: pool.concurrency ?? 0 }),
    },
  ];
  if (pools.length === 0) return null;
  return (
    <>
      <Title headingLevel="h2" size="lg">
        {t('jobs.workers.pools')}
      </Title>
      <PlainTable
        label={t('jobs.workers.poolList')}
        columns={columns}
        rows={pools}
        rowKey={(pool) => pool.worker_pool_id ?? ''}
        rowName={(pool) => pool.host ?? ''}
      />
    </>
  );
}
