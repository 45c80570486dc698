import { Alert, PageSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { useCanInSystem } from '@/session/session';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';
import { isOverwritten, useConfiguration } from './query';
import './texts';

/** The configuration of the registry; each part is a tab with an address. */
export default function ConfigurationPage() {
  const { t } = useTranslation();
  const isFixed = isOverwritten(useConfiguration());
  const mayChange = useCanInSystem()('configuration', 'update');
  return (
    <>
      <PageHeader title={t('titles.configuration')} description={t('configuration.description')} />
      <RouteTabs
        label={t('configuration.tabs')}
        base="/harbor/configs"
        tabs={(['auth', 'setting', 'banner'] as const).map((path) => ({ path, title: t(`configuration.${path}`) }))}
      />
      <PageSection hasBodyWrapper={false}>
        {isFixed && (
          <Alert variant="info" isInline title={t('configuration.overwrittenTitle')}>
            {t('configuration.overwritten')}
          </Alert>
        )}
        {!isFixed && !mayChange && <Alert variant="info" isInline title={t('configuration.mayNotChange')} />}
        <Outlet />
      </PageSection>
    </>
  );
}
