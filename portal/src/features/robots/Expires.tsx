import { Label } from '@patternfly/react-core';
import ExclamationTriangleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Time } from '@/shared/Time';
import { nearness } from './expiry';
import './texts';

/** When a robot ends, with a warning when that is soon or was. `at`: seconds, -1 for never. */
export function Expires({ at }: { at: number }) {
  const { t } = useTranslation();
  const [now] = useState(() => new Date());
  const state = nearness(at, now);
  if (state === 'never') return <>{t('common.never')}</>;
  const time = (
    <span className="m-robot-time">
      <Time value={new Date(at * 1000).toISOString()} />
    </span>
  );
  if (state === 'later') return time;
  return (
    <Label
      status={state === 'past' ? 'danger' : 'warning'}
      icon={<ExclamationTriangleIcon />}
      aria-label={t(state === 'past' ? 'robots.expired' : 'robots.expiresSoon')}
    >
      {t(state === 'past' ? 'robots.expired' : 'robots.expiresSoon')} {time}
    </Label>
  );
}
