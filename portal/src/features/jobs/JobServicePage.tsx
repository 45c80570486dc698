import { Button, PageSection, Tooltip } from '@patternfly/react-core';
import PauseIcon from '@patternfly/react-icons/dist/esm/icons/pause-icon';
import PlayIcon from '@patternfly/react-icons/dist/esm/icons/play-icon';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';
import { INTERVAL, type Refetch } from './live';
import './texts';

/** What waits, what is scheduled and what runs, looked at again and again. */
export default function JobServicePage() {
  const { t } = useTranslation();
  const [isLive, setLive] = useState(true);
  const refetch: Refetch = isLive && INTERVAL * 1000;
  const toggle = (
    <Tooltip content={isLive ? t('jobs.live.hint', { seconds: INTERVAL }) : t('jobs.live.paused')}>
      <Button
        variant="secondary"
        icon={isLive ? <PauseIcon /> : <PlayIcon />}
        onClick={() => setLive((before) => !before)}
      >
        {t(isLive ? 'jobs.live.pause' : 'jobs.live.resume')}
      </Button>
    </Tooltip>
  );
  return (
    <>
      <PageHeader title={t('titles.jobService')} description={t('jobs.description')} actions={toggle} />
      <RouteTabs
        label={t('jobs.tabs')}
        base="/harbor/job-service-dashboard"
        tabs={[
          { path: 'pending-jobs', title: t('jobs.queues.title') },
          { path: 'schedules', title: t('jobs.schedules.title') },
          { path: 'workers', title: t('jobs.workers.title') },
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        <Outlet context={refetch} />
      </PageSection>
    </>
  );
}
