import { Progress, ProgressMeasureLocation } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { formatBytes } from './format';

/** How much of a limit is used; a limit of -1 is none. Bytes. */
export function Usage({ used, limit, label }: { used: number; limit: number; label: string }) {
  const { t } = useTranslation();
  if (limit < 0) {
    return (
      <span>
        {formatBytes(used)} / {t('common.unlimited')}
      </span>
    );
  }
  const share = limit === 0 ? (used > 0 ? 100 : 0) : (100 * used) / limit;
  return (
    <Progress
      aria-label={label}
      value={Math.min(100, share)}
      label={`${formatBytes(used)} / ${formatBytes(limit)}`}
      valueText={`${formatBytes(used)} / ${formatBytes(limit)}`}
      measureLocation={ProgressMeasureLocation.outside}
      variant={share >= 95 ? 'danger' : share >= 80 ? 'warning' : undefined}
      size="sm"
    />
  );
}
