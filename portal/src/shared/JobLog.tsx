import { Alert, Skeleton } from '@patternfly/react-core';
import { hashKey, useQuery, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from '@/texts';
import { CodeToCopy } from './Copy';
import { ErrorAlert } from './Failure';

interface Props {
  queryKey: QueryKey;
  /** Asks for the log as text. */
  load: () => Promise<string>;
  /** It is still being written: asked again every second or two. */
  isLive: boolean;
}

/** The log of a job, followed while the job runs: its end stays in sight unless one has scrolled away from it. */
export function JobLog({ queryKey, load, isLive }: Props) {
  const { t } = useTranslation();
  const key = [...queryKey, 'log'];
  const log = useQuery({
    // Asked for once more when the job has ended.
    queryKey: [...key, isLive],
    queryFn: load,
    // Until then what there was is shown, if it is of the same job.
    placeholderData: (before, query) =>
      query && hashKey(query.queryKey.slice(0, -1)) === hashKey(key) ? before : undefined,
    refetchInterval: isLive ? 1500 : false,
  });
  const place = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(isLive);
  useEffect(() => {
    const box = place.current?.querySelector('pre');
    if (box && isFollowing.current) box.scrollTop = box.scrollHeight;
  }, [log.data]);
  if (log.error) return <ErrorAlert error={log.error} onRetry={() => void log.refetch()} />;
  return (
    <div
      className="m-log"
      ref={place}
      onScrollCapture={({ target }) => {
        if (isLive && target instanceof HTMLElement) isFollowing.current = isAtEnd(target);
      }}
    >
      {isLive && <Alert variant="info" isInline isPlain title={t('common.job.following')} component="p" />}
      {log.data === undefined ? (
        <Skeleton screenreaderText={t('common.loading')} />
      ) : (
        <CodeToCopy label={t('common.job.log')} code={log.data || t('common.job.logEmpty')} />
      )}
    </div>
  );
}

/** Within a line of it. */
function isAtEnd(box: HTMLElement): boolean {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 24;
}
