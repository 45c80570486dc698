import { Alert } from '@patternfly/react-core';
import { useQuery, type QueryKey } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CodeToCopy } from './Copy';
import { ErrorAlert } from './Failure';

interface Props {
  queryKey: QueryKey;
  /** Asks for the log as text. */
  load: () => Promise<string>;
  /** It is still being written: asked again every second or two. */
  isLive: boolean;
}

/** The log of a job, followed while the job runs. */
export function JobLog({ queryKey, load, isLive }: Props) {
  const { t } = useTranslation();
  const log = useQuery({
    queryKey: [...queryKey, 'log', isLive],
    queryFn: load,
    refetchInterval: isLive ? 1500 : false,
  });
  if (log.error) return <ErrorAlert error={log.error} onRetry={() => void log.refetch()} />;
  return (
    <div className="m-log">
      {isLive && <Alert variant="info" isInline isPlain title={t('common.job.following')} />}
      <CodeToCopy label={t('common.job.log')} code={log.data || t('common.job.logEmpty')} />
    </div>
  );
}
