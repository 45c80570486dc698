import { Content, PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { useParams } from 'react-router';
import { actionGetJobLog, getWorkers } from '@/api/generated';
import { body, text } from '@/api/pages';
import { JobLog } from '@/shared/JobLog';
import { PageHeader } from '@/shared/PageHeader';
import { useJobTypeName } from './jobTypes';
import { INTERVAL } from './live';
import './texts';

/** The log of one job, followed while a worker runs it. */
export default function JobLogPage() {
  const { t } = useTranslation();
  const { jobId = '' } = useParams();
  const nameOf = useJobTypeName();
  const workers = useQuery({
    queryKey: ['job-service', 'workers'],
    queryFn: () => body(getWorkers({ path: { pool_id: 'all' } })),
    refetchInterval: INTERVAL * 1000,
  });
  const worker = workers.data?.find((one) => one.job_id === jobId);
  const isRunning = worker !== undefined;
  return (
    <>
      <PageHeader
        title={t('jobs.jobLog.title', { id: jobId })}
        crumbs={[
          { title: t('titles.jobService'), to: '/harbor/job-service-dashboard' },
          { title: t('jobs.workers.title'), to: '/harbor/job-service-dashboard/workers' },
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        {workers.data && (
          <Content component="p">
            {isRunning ? t('jobs.jobLog.running', { type: nameOf(worker.job_name) }) : t('jobs.jobLog.ended')}
          </Content>
        )}
        <JobLog
          queryKey={['job-service', 'job', jobId]}
          load={() => text(actionGetJobLog({ path: { job_id: jobId } }))}
          isLive={isRunning}
        />
      </PageSection>
    </>
  );
}
