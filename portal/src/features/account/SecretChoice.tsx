import { FormGroup, Radio } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { SecretFields } from './SecretFields';
import type { SecretChoice as Choice } from './secrets';
import './texts';

/** A secret for clients: one that is made, to be shown once, or one that is typed. */
export function SecretChoice({ choice, onChange }: { choice: Choice; onChange: (choice: Choice) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <>
      <FormGroup role="radiogroup" label={t('account.secretHow')} fieldId={id}>
        {[false, true].map((isTyped) => (
          <Radio
            key={String(isTyped)}
            id={`${id}-${isTyped ? 'typed' : 'generated'}`}
            name={id}
            label={t(isTyped ? 'account.secretTyped' : 'account.secretGenerate')}
            isChecked={choice.isTyped === isTyped}
            onChange={() => onChange({ ...choice, isTyped })}
          />
        ))}
      </FormGroup>
      {choice.isTyped && (
        <SecretFields
          label={t('account.secretValue')}
          repeatLabel={t('account.secretRepeat')}
          secret={choice.typed}
          onChange={(typed) => onChange({ ...choice, typed })}
        />
      )}
    </>
  );
}
