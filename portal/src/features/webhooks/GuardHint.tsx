import { Alert } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { CodeToCopy } from '@/shared/Copy';
import { isRefusedAddress } from './policy';
import './texts';

const EXAMPLE = 'MOORAGE_EGRESS__ALLOW=\'["10.0.0.0/8", "hooks.example.internal"]\'';

/** Says what can be done where the server refuses to send to an address; nothing for other errors. */
export function GuardHint({ message }: { message: string | undefined }) {
  const { t } = useTranslation();
  if (message === undefined || !isRefusedAddress(message)) return null;
  return (
    <Alert variant="info" isInline component="p" title={t('webhooks.guard.title')}>
      <p>{t('webhooks.guard.body')}</p>
      <CodeToCopy label={t('webhooks.guard.label')} code={EXAMPLE} />
    </Alert>
  );
}
