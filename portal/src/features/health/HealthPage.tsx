import { PageSection } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';

export default function HealthPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('health.title')} description={t('health.description')} />
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
