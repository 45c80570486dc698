import { useTranslation } from 'react-i18next';
import type { HistoryView } from '@/api/generated';
import { Facts } from '@/shared/Facts';
import { formatBytes } from '@/shared/format';
import { Status } from '@/shared/Status';
import { Time } from '@/shared/Time';
import { numbersOf, optionsOf, windowOf } from './collections';
import { Took, useTriggerName } from './useRunColumns';

/** How a collection went, or goes. `now`: when that was asked for. */
export function CollectionFacts({ run, now }: { run: HistoryView; now: number }) {
  const { t } = useTranslation();
  const triggerName = useTriggerName();
  const numbers = numbersOf(run);
  const options = optionsOf(run);
  const hours = windowOf(run);
  return (
    <Facts
      columns={3}
      facts={[
        [t('common.status'), <Status key="status" value={run.job_status ?? ''} />],
        [
          t(options.dryRun ? 'housekeeping.gc.numbers.wouldFree' : 'housekeeping.gc.numbers.freed'),
          formatBytes(numbers.freedBytes),
        ],
        [t('housekeeping.gc.numbers.blobs'), numbers.blobs],
        [t('housekeeping.started'), <Time key="started" value={run.creation_time} />],
        [t('housekeeping.gc.numbers.deletions'), numbers.deletions],
        [t('housekeeping.gc.numbers.manifests'), numbers.manifests],
        [t('housekeeping.took'), <Took key="took" run={run} now={now} />],
        [
          t('housekeeping.gc.options.untagged'),
          options.deleteUntagged
            ? t('housekeeping.gc.options.moved', { count: numbers.untagged })
            : t('housekeeping.gc.options.untaggedNo'),
        ],
        [t('housekeeping.gc.options.workers'), options.workers],
        [t('housekeeping.trigger'), triggerName(run.job_kind)],
        [
          t('housekeeping.gc.options.window'),
          hours === null ? null : t('housekeeping.gc.options.hours', { count: hours }),
        ],
      ]}
    />
  );
}
