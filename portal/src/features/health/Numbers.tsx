import { Skeleton } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { useSession } from '@/session/session';
import { ErrorAlert } from '@/shared/Failure';
import { Facts } from '@/shared/Facts';
import { formatBytes } from '@/shared/format';
import { Usage } from '@/shared/Usage';
import { statisticQuery, volumesQuery } from './queries';
import './texts';

/** How full the disk is, and how much of that are blobs. */
export function Storage() {
  const { t } = useTranslation();
  const { system } = useSession();
  const volumes = useQuery(volumesQuery);
  const statistic = useQuery(statisticQuery);
  const error = volumes.error ?? statistic.error;
  if (error) return <ErrorAlert error={error} />;
  if (volumes.data === undefined || statistic.data === undefined) return <Loading />;
  const { total = 0, free = 0 } = volumes.data[0] ?? {};
  return (
    <>
      {total === 0 ? (
        <p>{t('health.noDisk')}</p>
      ) : (
        <Usage used={total - free} limit={total} label={t('health.diskUsage')} />
      )}
      <Facts
        columns={1}
        facts={[
          [t('health.free'), total > 0 && formatBytes(free)],
          [t('health.stored'), formatBytes(statistic.data.total_storage_consumption ?? 0)],
          [t('health.driver'), system.registry_storage_provider_name],
        ]}
      />
    </>
  );
}

/** How much there is in the registry. */
export function Contents() {
  const { t } = useTranslation();
  const { data, error } = useQuery(statisticQuery);
  if (error) return <ErrorAlert error={error} />;
  if (data === undefined) return <Loading />;
  const counted = (open: number, closed: number) =>
    t('health.publicAndPrivate', { total: open + closed, open, closed });
  return (
    <Facts
      columns={1}
      facts={[
        [t('health.projects'), counted(data.public_project_count, data.private_project_count)],
        [t('health.repositories'), counted(data.public_repo_count, data.private_repo_count)],
      ]}
    />
  );
}

function Loading() {
  const { t } = useTranslation();
  return <Skeleton screenreaderText={t('common.loading')} />;
}
