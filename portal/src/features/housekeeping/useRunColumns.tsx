import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { HistoryView } from '@/api/generated';
import type { Column } from '@/shared/DataTable';
import { formatDuration } from '@/shared/format';
import { isRunning, Status } from '@/shared/Status';
import { Time } from '@/shared/Time';
import { durationOf, isDryRun } from './runs';
import { housekeeping } from './texts';
import './texts';

type Trigger = keyof typeof housekeeping.triggers;

/** Why a run was started, in words. */
export function useTriggerName(): (trigger: string | undefined) => string {
  const { t } = useTranslation();
  return (trigger = '') =>
    Object.hasOwn(housekeeping.triggers, trigger) ? t(`housekeeping.triggers.${trigger as Trigger}`) : trigger;
}

/** What a run is called: `Dry run 7`. */
export function useRunName(of: 'gc' | 'purge'): (run: HistoryView) => string {
  const { t } = useTranslation();
  return (run) => t(`housekeeping.${of}.${isDryRun(run) ? 'dryName' : 'name'}`, { id: run.id ?? 0 });
}

/** When a run was started, and why. */
export function StartedBy({ run }: { run: HistoryView }) {
  const name = useTriggerName()(run.job_kind);
  return (
    <>
      <Time value={run.creation_time} /> · {name}
    </>
  );
}

/** How long a run took, or has taken so far. */
export function Took({ run, now }: { run: HistoryView; now: number }) {
  const { t } = useTranslation();
  const duration = formatDuration(durationOf(run, now));
  return isRunning(run.job_status) ? t('housekeeping.soFar', { duration }) : duration;
}

interface Options {
  of: 'gc' | 'purge';
  /** When the list was asked for. */
  now: number;
}

/** The columns that every history has. Runs are pages below the history's own address. */
export function useRunColumns({ of, now }: Options): Column<HistoryView>[] {
  const { t } = useTranslation();
  const runName = useRunName(of);
  const triggerName = useTriggerName();
  return [
    {
      key: 'run',
      title: t('housekeeping.run'),
      sort: 'id',
      render: (run) => <Link to={`${run.id}`}>{runName(run)}</Link>,
    },
    {
      key: 'status',
      title: t('common.status'),
      sort: 'status',
      render: (run) => <Status value={run.job_status ?? ''} />,
    },
    {
      key: 'trigger',
      title: t('housekeeping.trigger'),
      sort: 'trigger',
      render: (run) => triggerName(run.job_kind),
    },
    {
      key: 'started',
      title: t('housekeeping.started'),
      sort: 'start_time',
      render: (run) => <Time value={run.creation_time} />,
    },
    {
      key: 'took',
      title: t('housekeeping.took'),
      align: 'right',
      render: (run) => (
        <span className="m-nowrap">
          <Took run={run} now={now} />
        </span>
      ),
    },
  ];
}
