import { Tooltip } from '@patternfly/react-core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from '@/texts';
import { formatRelative, isTime } from './format';

/** One clock for every time on the page. */
const listeners = new Set<() => void>();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = new Date();
    timer = setInterval(() => {
      now = new Date();
      for (const tell of listeners) tell();
    }, 30_000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** A time as "3 hours ago", with the exact one on hover and focus; `never` is said for none. */
export function Time({ value, never }: { value: string | null | undefined; never?: string }) {
  const { t, language } = useTranslation();
  const current = useSyncExternalStore(subscribe, () => now);
  if (!isTime(value)) return <>{never ?? t('common.time.never')}</>;
  const time = new Date(value);
  const exact = t('common.time.exact', {
    local: time.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' }),
    utc: time.toISOString().replace('T', ' ').slice(0, 19),
  });
  // What a clock a little ahead of this one wrote is not in the future.
  const ahead = time.getTime() - current.getTime();
  const shown = formatRelative(time, ahead > 0 && ahead < 60_000 ? time : current, language);
  return (
    <Tooltip content={exact}>
      <time dateTime={time.toISOString()} tabIndex={0}>
        {shown}
      </time>
    </Tooltip>
  );
}
