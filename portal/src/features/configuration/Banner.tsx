import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useSession } from '@/session/session';
import { isShownAt, parseBanner } from './banner';
import { BannerAlert } from './BannerAlert';

/** Which banner was closed, until the browser's window is; another text is shown again. */
const CLOSED = 'moorage.banner.closed';

/** What the administrators want everybody to know. */
export function Banner() {
  const { t } = useTranslation();
  const text = useSession().system.banner_message;
  const [opened] = useState(() => new Date());
  const [closed, setClosed] = useState(() => sessionStorage.getItem(CLOSED));
  const banner = parseBanner(text);
  if (banner === null || !isShownAt(banner, opened) || (banner.closable && closed === text)) return null;
  const close = () => {
    sessionStorage.setItem(CLOSED, text ?? '');
    setClosed(text ?? '');
  };
  return (
    <div role="region" aria-label={t('common.announcement')}>
      <BannerAlert banner={banner} onClose={close} />
    </div>
  );
}
