import { Skeleton } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import type { CheckRunView } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { Facts } from '@/shared/Facts';
import { formatBytes } from '@/shared/format';
import { Time } from '@/shared/Time';
import { integrityQuery } from './queries';
import './texts';

/** What was looked at, when, and what was found. */
export function Checks() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(integrityQuery);
  if (error) return <ErrorAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton screenreaderText={t('common.loading')} />;
  return (
    <>
      <Facts
        columns={1}
        facts={[
          [t('health.check.quarantined'), String(data.quarantined_blobs)],
          [
            t('health.check.oldest'),
            <Time key="oldest" value={data.oldest_verification} never={t('health.check.oldestNever')} />,
          ],
          [t('health.check.fsck'), <Run key="fsck" run={data.last_fsck ?? null} />],
          [t('health.check.scrub'), <Run key="scrub" run={data.last_scrub ?? null} />],
        ]}
      />
      <p className="m-note">{t('health.check.hint')}</p>
    </>
  );
}

function Run({ run }: { run: CheckRunView | null }) {
  const { t } = useTranslation();
  if (run === null) return t('health.check.none');
  const said = [
    t(run.complete ? 'health.check.complete' : 'health.check.incomplete'),
    t('health.check.hashed', { count: run.verified_blobs, size: formatBytes(run.verified_bytes) }),
    run.findings === 0 ? t('health.check.noFindings') : t('health.check.findings', { count: run.findings }),
    ...(run.repaired > 0 ? [t('health.check.repaired', { count: run.repaired })] : []),
  ];
  return (
    <>
      <Time value={run.end_time ?? run.start_time} /> · {said.join(' · ')}
    </>
  );
}
