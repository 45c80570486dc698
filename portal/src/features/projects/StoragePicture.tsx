import { Content, Stack, StackItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { formatBytes } from '@/shared/format';
import { Usage } from '@/shared/Usage';
import './texts';

/** How much of a project's quota is used, and what is left of it. Bytes; a limit of -1 is none. */
export function StoragePicture({ used, limit }: { used: number; limit: number }) {
  const { t } = useTranslation();
  const left = limit - used;
  return (
    <Stack hasGutter>
      <StackItem>
        <span className="m-figure">{formatBytes(used)}</span> {t('projects.summary.used')}
      </StackItem>
      {limit >= 0 && (
        <StackItem>
          <Usage used={used} limit={limit} label={t('projects.summary.quota')} />
        </StackItem>
      )}
      <StackItem>
        <Content component="small">
          {limit < 0
            ? t('projects.summary.noLimit')
            : left > 0
              ? t('projects.summary.left', { size: formatBytes(left) })
              : t('projects.summary.full')}{' '}
          {t('projects.summary.sharedOnce')}
        </Content>
      </StackItem>
    </Stack>
  );
}
