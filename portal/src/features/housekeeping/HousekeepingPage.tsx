import { PageSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { useSession } from '@/session/session';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs, type RouteTab } from '@/shared/RouteTabs';
import './texts';

/** Garbage collection and the purge of the audit log. */
export default function HousekeepingPage() {
  const { t } = useTranslation();
  const { user } = useSession();
  const tabs: RouteTab[] = [{ path: 'gc', title: t('housekeeping.gc.title') }];
  // Harbor's list of permissions has none for purges: they are the system administrators'.
  if (user?.sysadmin_flag) tabs.push({ path: 'audit-log-purge', title: t('housekeeping.purge.title') });
  return (
    <>
      <PageHeader title={t('titles.cleanUp')} description={t('housekeeping.description')} />
      <RouteTabs label={t('housekeeping.tabs')} base="/harbor/clearing-job" tabs={tabs} />
      <PageSection hasBodyWrapper={false}>
        <Outlet />
      </PageSection>
    </>
  );
}
