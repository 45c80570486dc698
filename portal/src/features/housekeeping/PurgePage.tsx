import { Button, PageSection, Title } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useParams } from 'react-router';
import { getPurgeJob, getPurgeJobLog, type HistoryView } from '@/api/generated';
import { body, text } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { Facts } from '@/shared/Facts';
import { Failure } from '@/shared/Failure';
import { JobLog } from '@/shared/JobLog';
import { PageHeader } from '@/shared/PageHeader';
import { isRunning, Status } from '@/shared/Status';
import { hoursOf, purgedIn } from './purges';
import { isDryRun, refetchIntervalOf } from './runs';
import { useAgeText, useRunEventsText } from './usePurgeTexts';
import { StartedBy, Took, useRunName } from './useRunColumns';
import './texts';

const StartPurge = lazy(() => import('./StartPurge'));
const StopRun = lazy(() => import('./StopRun'));

/** One purge: what it is about, how many entries went, and its log. */
export default function PurgePage() {
  const { t } = useTranslation();
  const { runId = '' } = useParams();
  const id = Number(runId);
  const run = useQuery({
    queryKey: ['purge', 'run', id],
    queryFn: () => body(getPurgeJob({ path: { purge_id: id } })),
    refetchInterval: (query) => (query.state.data ? refetchIntervalOf([query.state.data]) : false),
  });
  const runName = useRunName('purge');
  return (
    <>
      <PageHeader
        title={run.data ? runName(run.data) : t('housekeeping.purge.name', { id: runId })}
        crumbs={[
          { title: t('titles.cleanUp'), to: '/harbor/clearing-job' },
          { title: t('housekeeping.purge.title'), to: '/harbor/clearing-job/audit-log-purge' },
        ]}
        actions={run.data && <Actions run={run.data} />}
      >
        {run.data && <PurgeFacts run={run.data} now={run.dataUpdatedAt} />}
      </PageHeader>
      {run.data === undefined && !run.error && <Waiting />}
      {run.data === undefined && run.error && <Failure error={run.error} onRetry={() => void run.refetch()} />}
      {run.data && (
        <PageSection hasBodyWrapper={false}>
          <Title headingLevel="h2" size="lg">
            {t('housekeeping.log')}
          </Title>
          <JobLog queryKey={['purge', 'run', id]} load={() => loadLog(id)} isLive={isRunning(run.data.job_status)} />
        </PageSection>
      )}
    </>
  );
}

function loadLog(id: number): Promise<string> {
  return text(getPurgeJobLog({ path: { purge_id: id } }));
}

/** How a purge went, or goes. `now`: when that was asked for. */
function PurgeFacts({ run, now }: { run: HistoryView; now: number }) {
  const { t } = useTranslation();
  const age = useAgeText();
  const events = useRunEventsText();
  const isLive = isRunning(run.job_status);
  const { data: purged } = useQuery({
    // The log as JobLog has it: it is asked for once.
    queryKey: ['purge', 'run', run.id, 'log', isLive],
    queryFn: () => loadLog(run.id ?? 0),
    select: purgedIn,
  });
  return (
    <Facts
      columns={3}
      facts={[
        [t('common.status'), <Status key="status" value={run.job_status ?? ''} />],
        [t(isDryRun(run) ? 'housekeeping.purge.dryResult' : 'housekeeping.purge.result'), purged?.toLocaleString()],
        [t('housekeeping.purge.older'), age(hoursOf(run))],
        [t('housekeeping.started'), <StartedBy key="started" run={run} />],
        [t('housekeeping.took'), <Took key="took" run={run} now={now} />],
        [t('housekeeping.purge.events'), events(run)],
      ]}
    />
  );
}

/** Stop what runs; after a dry run: do it. */
function Actions({ run }: { run: HistoryView }) {
  const { t } = useTranslation();
  const [isStopping, setStopping] = useState(false);
  const [isStarting, setStarting] = useState(false);
  return (
    <>
      {isRunning(run.job_status) && (
        <Button variant="secondary" isDanger onClick={() => setStopping(true)}>
          {t('housekeeping.stop')}
        </Button>
      )}
      {run.job_status === 'Success' && isDryRun(run) && (
        <Button variant="danger" onClick={() => setStarting(true)}>
          {t('housekeeping.purge.start')}
        </Button>
      )}
      <Suspense>
        {isStopping && <StopRun of="purge" id={run.id ?? 0} onClose={() => setStopping(false)} />}
        {isStarting && <StartPurge isDry={false} like={run} onClose={() => setStarting(false)} />}
      </Suspense>
    </>
  );
}
