import './jobs.css';
import { Alert, Button } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { getSchedulePaused, listSchedules, type ScheduleTaskView } from '@/api/generated';
import { body, page } from '@/api/pages';
import { useCanInSystem } from '@/session/session';
import { nextRun, parseCron } from '@/shared/cron';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { Time } from '@/shared/Time';
import { useCronText } from '@/shared/useCronText';
import { useListState } from '@/shared/useListState';
import { useJobTypeName } from './jobTypes';
import { useRefetch } from './live';
import { placeOf, policyOf } from './schedules';
import './texts';

const HoldSchedules = lazy(() => import('./HoldSchedules'));

export default function SchedulesPage() {
  const { t } = useTranslation();
  const nameOf = useJobTypeName();
  const refetchInterval = useRefetch();
  const mayAct = useCanInSystem()('jobservice-monitor', 'stop');
  const [isAsking, setAsking] = useState(false);
  const state = useListState({ pageSize: 25 });
  const { page: number, page_size: size } = state.query;
  const list = useQuery({
    queryKey: ['job-service', 'schedules', number, size],
    queryFn: () => page(listSchedules({ query: { page: number, page_size: size } })),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  const hold = useQuery({
    queryKey: ['job-service', 'held'],
    queryFn: () => body(getSchedulePaused({ path: { job_type: 'all' } })),
    refetchInterval,
  });
  const isHeld = hold.data?.paused ?? false;
  const columns = useColumns(isHeld);
  return (
    <>
      {isHeld && <Alert variant="warning" isInline title={t('jobs.schedules.paused')} component="p" />}
      <DataTable
        label={t('jobs.schedules.list')}
        columns={columns}
        list={list}
        state={state}
        rowKey={(schedule) => schedule.id ?? 0}
        rowName={(schedule) => nameOf(schedule.vendor_type)}
        toolbar={
          mayAct &&
          hold.data && (
            <Button variant="secondary" onClick={() => setAsking(true)}>
              {t(isHeld ? 'jobs.schedules.resume' : 'jobs.schedules.pause')}
            </Button>
          )
        }
        empty={
          <Empty
            title={t('jobs.schedules.empty')}
            actions={<Link to="/harbor/clearing-job">{t('jobs.schedules.toCleanUp')}</Link>}
          >
            {t('jobs.schedules.emptyHint')}
          </Empty>
        }
      />
      <Suspense>{isAsking && <HoldSchedules isHeld={isHeld} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}

function useColumns(isHeld: boolean): Column<ScheduleTaskView>[] {
  const { t } = useTranslation();
  return [
    { key: 'what', title: t('jobs.schedules.what'), width: 35, render: (schedule) => <What schedule={schedule} /> },
    { key: 'when', title: t('jobs.schedules.when'), render: ({ cron = '' }) => <When line={cron} /> },
    {
      key: 'next',
      title: t('jobs.schedules.next'),
      render: ({ cron = '' }) => (isHeld ? t('jobs.schedules.held') : <Next line={cron} />),
    },
    { key: 'updated', title: t('common.updated'), render: (schedule) => <Time value={schedule.update_time} /> },
  ];
}

function What({ schedule }: { schedule: ScheduleTaskView }) {
  const { t } = useTranslation();
  const name = useJobTypeName()(schedule.vendor_type);
  const place = placeOf(schedule);
  const policy = policyOf(schedule);
  if (place !== undefined) return <Link to={place}>{name}</Link>;
  return policy === undefined ? name : `${name}, ${t('jobs.schedules.policy', { id: policy })}`;
}

function When({ line }: { line: string }) {
  const inWords = useCronText();
  const { cron } = parseCron(line);
  return (
    <>
      {cron && inWords(cron)} <code className="m-cron">{line}</code>
    </>
  );
}

function Next({ line }: { line: string }) {
  const { cron } = parseCron(line);
  return <Time value={cron && nextRun(cron, new Date())?.toISOString()} />;
}
