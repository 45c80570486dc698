import { Button } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useParams } from 'react-router';
import { getGc, getGcLog, type HistoryView } from '@/api/generated';
import { body, text } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { useCanInSystem } from '@/session/session';
import { Failure } from '@/shared/Failure';
import { JobLog } from '@/shared/JobLog';
import { PageHeader } from '@/shared/PageHeader';
import { isRunning } from '@/shared/Status';
import { CollectedItems } from './CollectedItems';
import { CollectionFacts } from './CollectionFacts';
import { optionsOf, type CollectionOptions } from './collections';
import { isDryRun, refetchIntervalOf } from './runs';
import { useRunName } from './useRunColumns';
import { ViewTabs } from './ViewTabs';
import './texts';

const StartCollection = lazy(() => import('./StartCollection'));
const StopRun = lazy(() => import('./StopRun'));

/** One collection: how far it is, what it deleted or would delete, and its log. */
export default function CollectionPage() {
  const { t } = useTranslation();
  const { runId = '' } = useParams();
  const id = Number(runId);
  const run = useQuery({
    queryKey: ['gc', 'run', id],
    queryFn: () => body(getGc({ path: { gc_id: id } })),
    refetchInterval: (query) => (query.state.data ? refetchIntervalOf([query.state.data]) : false),
  });
  const runName = useRunName('gc');
  const isDry = run.data !== undefined && isDryRun(run.data);
  const isLive = isRunning(run.data?.job_status);
  return (
    <>
      <PageHeader
        title={run.data ? runName(run.data) : t('housekeeping.gc.name', { id: runId })}
        crumbs={[
          { title: t('titles.cleanUp'), to: '/harbor/clearing-job' },
          { title: t('housekeeping.gc.title'), to: '/harbor/clearing-job/gc' },
        ]}
        actions={run.data && <Actions run={run.data} />}
      >
        {run.data && <CollectionFacts run={run.data} now={run.dataUpdatedAt} />}
      </PageHeader>
      {run.data === undefined && !run.error && <Waiting />}
      {run.data === undefined && run.error && <Failure error={run.error} onRetry={() => void run.refetch()} />}
      {run.data && (
        <ViewTabs
          label={t('housekeeping.view')}
          views={[
            {
              key: 'items',
              title: t(isDry ? 'housekeeping.gc.items.dryTitle' : 'housekeeping.gc.items.title'),
              content: <CollectedItems id={id} isDry={isDry} isLive={isLive} />,
            },
            {
              key: 'log',
              title: t('housekeeping.log'),
              content: (
                <JobLog
                  queryKey={['gc', 'run', id]}
                  load={() => text(getGcLog({ path: { gc_id: id } }))}
                  isLive={isLive}
                />
              ),
            },
          ]}
        />
      )}
    </>
  );
}

/** Stop what runs; after a dry run: do it. */
function Actions({ run }: { run: HistoryView }) {
  const { t } = useTranslation();
  const can = useCanInSystem();
  const [isStopping, setStopping] = useState(false);
  const [starting, setStarting] = useState<CollectionOptions | null>(null);
  const mayStop = isRunning(run.job_status) && can('garbage-collection', 'update');
  const mayStart = run.job_status === 'Success' && isDryRun(run) && can('garbage-collection', 'create');
  return (
    <>
      {mayStop && (
        <Button variant="secondary" isDanger onClick={() => setStopping(true)}>
          {t('housekeeping.stop')}
        </Button>
      )}
      {mayStart && (
        <Button onClick={() => setStarting({ ...optionsOf(run), dryRun: false })}>{t('housekeeping.gc.start')}</Button>
      )}
      <Suspense>
        {isStopping && <StopRun of="gc" id={run.id ?? 0} onClose={() => setStopping(false)} />}
        {starting && <StartCollection options={starting} onClose={() => setStarting(null)} />}
      </Suspense>
    </>
  );
}
