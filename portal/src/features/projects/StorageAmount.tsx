import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { formatBytes } from '@/shared/format';
import './texts';

/** How much of a project's quota is used, and what is left of it. Bytes; a limit of -1 is none. */
export function StorageAmount({ used, limit }: { used: number; limit: number }) {
  const { t } = useTranslation();
  const left = limit - used;
  return (
    <div>
      <div>
        <span className="m-figure">{formatBytes(used)}</span>{' '}
        {limit < 0 ? t('projects.summary.used') : t('projects.summary.usedOf', { limit: formatBytes(limit) })}
      </div>
      <Content component="small">
        {limit < 0
          ? t('projects.summary.noLimit')
          : left > 0
            ? t('projects.summary.left', { size: formatBytes(left) })
            : t('projects.summary.full')}{' '}
        {t('projects.summary.sharedOnce')}
      </Content>
    </div>
  );
}
