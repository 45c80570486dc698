import { Alert, Label, Skeleton } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ComponentHealthStatus } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { healthQuery } from './queries';

const HEALTHY = 'healthy';

/** Every component, asked again while the page is open. */
export function Components() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(healthQuery);
  if (error) return <ErrorAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton screenreaderText={t('common.loading')} height="12rem" />;
  const failing = data.components.filter((component) => component.status !== HEALTHY).length;
  return (
    <section>
      <Alert
        variant={failing === 0 ? 'success' : 'danger'}
        isInline
        isLiveRegion
        component="h2"
        title={failing === 0 ? t('health.allWell') : t('health.notWell', { count: failing })}
      >
        {t('health.refreshed')}
      </Alert>
      <Table aria-label={t('health.components')} variant="compact" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>{t('health.component')}</Th>
            <Th>{t('health.state')}</Th>
            <Th>{t('health.problem')}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {data.components.map((component) => (
            <Component key={component.name} component={component} />
          ))}
        </Tbody>
      </Table>
    </section>
  );
}

function Component({ component: { name, status, error } }: { component: ComponentHealthStatus }) {
  const { t } = useTranslation();
  const isHealthy = status === HEALTHY;
  return (
    <Tr>
      <Td dataLabel={t('health.component')}>{name}</Td>
      <Td dataLabel={t('health.state')}>
        <Label color={isHealthy ? 'green' : 'red'}>{t(isHealthy ? 'health.healthy' : 'health.unhealthy')}</Label>
      </Td>
      <Td dataLabel={t('health.problem')} modifier="breakWord">
        {error}
      </Td>
    </Tr>
  );
}
