import { useTranslation } from '@/texts';
import type { HistoryView } from '@/api/generated';
import { Facts } from '@/shared/Facts';
import { formatBytes } from '@/shared/format';
import { Status } from '@/shared/Status';
import { numbersOf, optionsOf, windowOf } from './collections';
import { StartedBy, Took } from './useRunColumns';
import './texts';

/** How a collection went, or goes. `now`: when that was asked for. */
export function CollectionFacts({ run, now }: { run: HistoryView; now: number }) {
  const { t } = useTranslation();
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
        [t('housekeeping.started'), <StartedBy key="started" run={run} />],
        [t('housekeeping.gc.numbers.deletions'), numbers.deletions],
        [t('housekeeping.gc.numbers.manifests'), numbers.manifests],
        [t('housekeeping.took'), <Took key="took" run={run} now={now} />],
        [
          t('housekeeping.gc.options.untagged'),
          options.deleteUntagged
            ? t('housekeeping.gc.options.moved', { count: numbers.untagged })
            : t('housekeeping.gc.options.untaggedNo'),
        ],
        [
          t('housekeeping.gc.options.kept'),
          hours === null ? null : t('housekeeping.gc.options.hours', { count: hours }),
        ],
      ]}
    />
  );
}
