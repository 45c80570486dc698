import { Alert, Label, Skeleton } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import type { ComponentHealthStatus } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { Facts } from '@/shared/Facts';
import { healthQuery } from './queries';
import './texts';

const HEALTHY = 'healthy';

/** Whether everything works, asked again while the page is open. */
export function Overall() {
  const { t } = useTranslation();
  const { data } = useQuery(healthQuery);
  if (data === undefined) return null;
  const failing = data.components.filter((component) => component.status !== HEALTHY).length;
  return (
    <Alert
      variant={failing === 0 ? 'success' : 'danger'}
      isInline
      isLiveRegion
      component="p"
      title={failing === 0 ? t('health.allWell') : t('health.notWell', { count: failing })}
    />
  );
}

/** Every component, and what is wrong with it. */
export function Components() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(healthQuery);
  if (error) return <ErrorAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton screenreaderText={t('common.loading')} />;
  return (
    <>
      <Facts
        columns={1}
        facts={data.components.map((component) => [
          component.name,
          <State key={component.name} component={component} />,
        ])}
      />
      <p className="m-note">{t('health.refreshed')}</p>
    </>
  );
}

function State({ component: { status, error } }: { component: ComponentHealthStatus }) {
  const { t } = useTranslation();
  if (status === HEALTHY) return <Label color="green">{t('health.healthy')}</Label>;
  return (
    <>
      <Label color="red">{t('health.unhealthy')}</Label> {error}
    </>
  );
}
