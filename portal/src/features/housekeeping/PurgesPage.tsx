import { Button, Content, Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { getPurgeHistory, getPurgeSchedule, type HistoryView } from '@/api/generated';
import { body, page } from '@/api/pages';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { isRunning } from '@/shared/jobStatus';
import { useListState } from '@/shared/useListState';
import { hoursOf } from './purges';
import { existing, isDryRun, refetchIntervalOf } from './runs';
import { ScheduleCard } from './ScheduleCard';
import { useAgeText, useRunEventsText } from './usePurgeTexts';
import { useRunColumns, useRunName } from './useRunColumns';
import { RUN_FILTERS, useRunFilters } from './useRunFilters';
import { Row } from '@/shared/Row';
import './texts';

const StartPurge = lazy(() => import('./StartPurge'));
const PurgeSchedule = lazy(() => import('./PurgeSchedule'));
const StopRun = lazy(() => import('./StopRun'));

/** The schedule of the audit log's purge, and the purges there were. Who may see it may do all of it. */
export default function PurgesPage() {
  const { t } = useTranslation();
  const [starting, setStarting] = useState<{ isDry: boolean } | null>(null);
  const [stopping, setStopping] = useState<HistoryView | null>(null);
  const state = useListState({ sort: '-start_time', filters: RUN_FILTERS });
  const schedule = useSchedule();
  const list = useQuery({
    queryKey: ['purge', 'history', state.query],
    queryFn: () => page(getPurgeHistory({ query: state.query })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refetchIntervalOf(query.state.data?.items ?? []),
  });
  const start = (
    <Row>
      <Button variant="secondary" isDanger onClick={() => setStarting({ isDry: false })}>
        {t('housekeeping.purge.start')}
      </Button>
      <Button variant="secondary" onClick={() => setStarting({ isDry: true })}>
        {t('housekeeping.purge.tryOut')}
      </Button>
    </Row>
  );
  return (
    <>
      <Content component="p">{t('housekeeping.purge.about')}</Content>
      <PurgeScheduleCard />
      <DataTable
        isWide
        label={t('housekeeping.purge.history')}
        columns={useColumns(list.dataUpdatedAt)}
        list={list}
        state={state}
        rowKey={(run) => run.id ?? 0}
        rowName={useRunName('purge')}
        filters={useRunFilters()}
        toolbar={start}
        actions={(run) =>
          isRunning(run.job_status)
            ? [{ title: t('housekeeping.stop'), isDanger: true, onClick: () => setStopping(run) }]
            : []
        }
        empty={
          <Empty title={t('housekeeping.purge.empty')} actions={start}>
            {t('housekeeping.purge.emptyHint')}
          </Empty>
        }
      />
      <Suspense>
        {starting && (
          <StartPurge isDry={starting.isDry} like={schedule.data ?? null} onClose={() => setStarting(null)} />
        )}
        {stopping && <StopRun of="purge" id={stopping.id ?? 0} onClose={() => setStopping(null)} />}
      </Suspense>
    </>
  );
}

function useSchedule() {
  return useQuery({
    // Of the job service, whose schedules may be held.
    queryKey: ['job-service', 'schedule', 'purge'],
    queryFn: async () => existing(await body(getPurgeSchedule())),
  });
}

function PurgeScheduleCard() {
  const { t } = useTranslation();
  const age = useAgeText();
  const events = useRunEventsText();
  const [isEditing, setEditing] = useState(false);
  const { data, error, refetch } = useSchedule();
  return (
    <>
      <ScheduleCard
        schedule={data}
        error={error}
        onRetry={() => void refetch()}
        facts={
          data
            ? [
                [t('housekeeping.purge.older'), age(hoursOf(data))],
                [t('housekeeping.purge.events'), events(data)],
                [
                  t('housekeeping.kind'),
                  isDryRun(data) ? <Label color="teal">{t('housekeeping.dryRun')}</Label> : null,
                ],
              ]
            : []
        }
        onEdit={() => setEditing(true)}
      />
      <Suspense>{isEditing && <PurgeSchedule known={data ?? null} onClose={() => setEditing(false)} />}</Suspense>
    </>
  );
}

function useColumns(now: number): Column<HistoryView>[] {
  const { t } = useTranslation();
  const age = useAgeText();
  const events = useRunEventsText();
  return [
    ...useRunColumns({ of: 'purge', now }),
    { key: 'older', title: t('housekeeping.purge.older'), render: (run) => age(hoursOf(run)) },
    { key: 'events', title: t('housekeeping.purge.events'), breaks: true, render: events },
  ];
}
