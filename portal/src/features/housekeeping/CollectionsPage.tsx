import { Button, Content, Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { getGcHistory, getGcSchedule, type HistoryView } from '@/api/generated';
import { body, page } from '@/api/pages';
import { useCanInSystem, useSession } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { formatBytes } from '@/shared/format';
import { isRunning } from '@/shared/jobStatus';
import { useListState } from '@/shared/useListState';
import { numbersOf, optionsOf, thingsIn, USUAL_OPTIONS, type CollectionOptions } from './collections';
import { existing, isDryRun, refetchIntervalOf } from './runs';
import { ScheduleCard } from './ScheduleCard';
import { useRunColumns, useRunName } from './useRunColumns';
import { RUN_FILTERS, useRunFilters } from './useRunFilters';
import { Row } from '@/shared/Row';
import './texts';

const StartCollection = lazy(() => import('./StartCollection'));
const CollectionSchedule = lazy(() => import('./CollectionSchedule'));
const StopRun = lazy(() => import('./StopRun'));

/** The schedule of garbage collection, and the collections there were. */
export default function CollectionsPage() {
  const { t } = useTranslation();
  const { trashDays } = useSession();
  const can = useCanInSystem();
  const [starting, setStarting] = useState<CollectionOptions | null>(null);
  const [stopping, setStopping] = useState<HistoryView | null>(null);
  const state = useListState({ sort: '-start_time', filters: RUN_FILTERS });
  const list = useQuery({
    queryKey: ['gc', 'history', state.query],
    queryFn: () => page(getGcHistory({ query: state.query })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refetchIntervalOf(query.state.data?.items ?? []),
  });
  const start = can('garbage-collection', 'create') && (
    <Row>
      <Button onClick={() => setStarting(USUAL_OPTIONS)}>{t('housekeeping.gc.start')}</Button>
      <Button variant="secondary" onClick={() => setStarting({ ...USUAL_OPTIONS, dryRun: true })}>
        {t('housekeeping.gc.tryOut')}
      </Button>
    </Row>
  );
  // Harbor's list of permissions has no right to stop; who may start and change may.
  const mayStop = can('garbage-collection', 'update');
  return (
    <>
      <Content component="p">{t('housekeeping.gc.about', { days: trashDays ?? 0 })}</Content>
      <CollectionScheduleCard />
      <DataTable
        isWide
        label={t('housekeeping.gc.history')}
        columns={useColumns(list.dataUpdatedAt)}
        list={list}
        state={state}
        rowKey={(run) => run.id ?? 0}
        rowName={useRunName('gc')}
        filters={useRunFilters()}
        toolbar={start}
        actions={
          mayStop
            ? (run) =>
                isRunning(run.job_status)
                  ? [{ title: t('housekeeping.stop'), isDanger: true, onClick: () => setStopping(run) }]
                  : []
            : undefined
        }
        empty={
          <Empty title={t('housekeeping.gc.empty')} actions={start}>
            {t('housekeeping.gc.emptyHint')}
          </Empty>
        }
      />
      <Suspense>
        {starting && <StartCollection options={starting} onClose={() => setStarting(null)} />}
        {stopping && <StopRun of="gc" id={stopping.id ?? 0} onClose={() => setStopping(null)} />}
      </Suspense>
    </>
  );
}

function CollectionScheduleCard() {
  const mayEdit = useCanInSystem()('garbage-collection', 'update');
  const [isEditing, setEditing] = useState(false);
  const schedule = useQuery({
    // Of the job service, whose schedules may be held.
    queryKey: ['job-service', 'schedule', 'gc'],
    queryFn: async () => existing(await body(getGcSchedule())),
  });
  return (
    <>
      <ScheduleCard
        schedule={schedule.data}
        error={schedule.error}
        onRetry={() => void schedule.refetch()}
        facts={useOptionFacts(schedule.data)}
        onEdit={mayEdit ? () => setEditing(true) : undefined}
      />
      <Suspense>
        {isEditing && <CollectionSchedule known={schedule.data ?? null} onClose={() => setEditing(false)} />}
      </Suspense>
    </>
  );
}

function useOptionFacts(run: HistoryView | null | undefined): [string, ReactNode][] {
  const { t } = useTranslation();
  if (!run) return [];
  const { deleteUntagged, workers, dryRun } = optionsOf(run);
  return [
    [
      t('housekeeping.gc.options.untagged'),
      t('housekeeping.gc.options.with', {
        untagged: t(deleteUntagged ? 'housekeeping.gc.options.untaggedYes' : 'housekeeping.gc.options.untaggedNo'),
        workers: t('housekeeping.gc.options.workers', { count: workers }),
      }),
    ],
    [t('housekeeping.kind'), dryRun ? <Label color="teal">{t('housekeeping.dryRun')}</Label> : null],
  ];
}

function useColumns(now: number): Column<HistoryView>[] {
  const { t } = useTranslation();
  const shared = useRunColumns({ of: 'gc', now });
  return [
    ...shared,
    { key: 'things', title: t('housekeeping.gc.things'), align: 'right', render: (run) => thingsIn(numbersOf(run)) },
    {
      key: 'freed',
      title: t('housekeeping.gc.freed'),
      align: 'right',
      render: (run) => {
        const size = formatBytes(numbersOf(run).freedBytes);
        return isDryRun(run) ? t('housekeeping.gc.wouldFree', { size }) : size;
      },
    },
  ];
}
