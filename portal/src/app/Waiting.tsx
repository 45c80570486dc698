import { Bullseye, Spinner } from '@patternfly/react-core';
import { useTranslation } from '@/texts';

/** In place of what is being loaded. */
export function Waiting() {
  const { t } = useTranslation();
  return (
    <Bullseye>
      <Spinner aria-label={t('common.loading')} />
    </Bullseye>
  );
}
