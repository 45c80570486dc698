import { Alert, AlertActionCloseButton } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { BannerMessage } from './banner';
import './configuration.css';

/** How a banner looks; `onClose` is for those that can be closed. */
export function BannerAlert({ banner, onClose }: { banner: BannerMessage; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      className="m-banner"
      variant={banner.type}
      isInline
      component="p"
      title={banner.message}
      actionClose={
        banner.closable && <AlertActionCloseButton aria-label={t('common.closeAnnouncement')} onClose={onClose} />
      }
    />
  );
}
