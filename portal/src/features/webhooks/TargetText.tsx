import { Label } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import type { TargetView } from '@/api/generated';
import { useTargetName } from './useTargetName';

/** Where deliveries go, in a line. */
export function TargetText({ target }: { target: TargetView }) {
  const { t } = useTranslation();
  const targetName = useTargetName();
  const notes = [
    target.auth_header ? t('webhooks.headerSet') : '',
    target.skip_cert_verify ? t('webhooks.notVerified') : '',
  ].filter((note) => note !== '');
  return (
    <div>
      <Label isCompact>{targetName(target.type ?? '')}</Label> {target.address}
      {notes.length > 0 && ` (${notes.join(', ')})`}
    </div>
  );
}
