import { PageSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';
import './texts';

export default function HealthPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('titles.health')} description={t('health.description')} />
      <RouteTabs
        label={t('health.tabs')}
        base="/harbor/health"
        tabs={(['overview', 'integrity'] as const).map((path) => ({ path, title: t(`health.${path}`) }))}
      />
      <PageSection hasBodyWrapper={false}>
        <Outlet />
      </PageSection>
    </>
  );
}
