import { Label } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { TargetView } from '@/api/generated';
import { useTargetName } from './useTargetName';
import './texts';

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
