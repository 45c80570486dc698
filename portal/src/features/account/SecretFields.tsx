import { useTranslation } from '@/texts';
import { Field } from '@/shared/Field';
import { isStrong, type NewSecret } from './secrets';
import './texts';

interface Props {
  label: string;
  repeatLabel: string;
  secret: NewSecret;
  onChange: (secret: NewSecret) => void;
}

/** A new password or secret, twice, with what the server demands of it. */
export function SecretFields({ label, repeatLabel, secret, onChange }: Props) {
  const { t } = useTranslation();
  const { value, repeated } = secret;
  return (
    <>
      <Field
        label={label}
        type="password"
        autoComplete="new-password"
        value={value}
        onChange={(text) => onChange({ ...secret, value: text })}
        hint={t('account.strengthHint')}
        error={value === '' || isStrong(value) ? null : t('account.strengthInvalid')}
        isRequired
      />
      <Field
        label={repeatLabel}
        type="password"
        autoComplete="new-password"
        value={repeated}
        onChange={(text) => onChange({ ...secret, repeated: text })}
        error={repeated === '' || repeated === value ? null : t('account.repeatInvalid')}
        isRequired
      />
    </>
  );
}
