import { Alert, FormSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Facts } from '@/shared/Facts';
import { ConfigurationForm } from './ConfigurationForm';
import { AUTHENTICATION } from './fields';
import { useConfiguration } from './query';
import './texts';

/** The one way of signing in that the server has. */
const DATABASE = 'db_auth';

export default function AuthenticationTab() {
  return (
    <ConfigurationForm sections={AUTHENTICATION}>
      <Accounts />
    </ConfigurationForm>
  );
}

/** What is as it is: where accounts are, and what passwords must be like. */
function Accounts() {
  const { t } = useTranslation();
  const mode = useConfiguration().auth_mode.value;
  return (
    <FormSection>
      {mode !== DATABASE && <Alert variant="warning" isInline title={t('configuration.authModeOther', { mode })} />}
      <Facts
        columns={1}
        facts={[
          [t('configuration.authMode'), mode === DATABASE && t('configuration.authModeDatabase')],
          [t('configuration.passwords'), t('configuration.passwordRule')],
        ]}
      />
    </FormSection>
  );
}
