import { Button, Flex, FlexItem, FormGroup } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { CopyButton } from '@/shared/Copy';
import { Field } from '@/shared/Field';
import { isSecretValid, newSecret, type SecretChange } from './policy';
import './texts';

interface Props {
  /** There is one: it is never shown. */
  isSigned: boolean;
  value: SecretChange;
  onChange: (value: SecretChange) => void;
}

/** The secret that deliveries are signed with: kept, set or removed. */
export function SecretField({ isSigned, value, onChange }: Props) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(false);
  const undo = (
    <Button variant="link" isInline onClick={() => onChange({ kind: 'keep' })}>
      {t('webhooks.form.secretUndo')}
    </Button>
  );
  if (value.kind === 'set') {
    return (
      <>
        <Field
          label={t('webhooks.form.secret')}
          value={value.value}
          onChange={(text) => onChange({ kind: 'set', value: text })}
          hint={t('webhooks.form.secretHint')}
          error={value.value === '' || isSecretValid(value) ? null : t('webhooks.form.secretInvalid')}
          type={isShown ? 'text' : 'password'}
          autoComplete="new-password"
        />
        <Flex alignItems={{ default: 'alignItemsCenter' }}>
          <Button
            variant="link"
            isInline
            onClick={() => {
              setShown(true);
              onChange({ kind: 'set', value: newSecret() });
            }}
          >
            {t('webhooks.form.secretMake')}
          </Button>
          {value.value !== '' && <CopyButton text={value.value} label={t('webhooks.form.secretCopy')} />}
          {undo}
        </Flex>
      </>
    );
  }
  const said =
    value.kind === 'remove'
      ? t('webhooks.form.secretRemoved')
      : t(isSigned ? 'webhooks.form.secretKept' : 'webhooks.form.secretNone');
  return (
    <FormGroup label={t('webhooks.form.secret')} role="group" fieldId="webhook-secret">
      <Flex>
        <FlexItem>{said}</FlexItem>
        <Button variant="link" isInline onClick={() => onChange({ kind: 'set', value: '' })}>
          {t(isSigned ? 'webhooks.form.secretReplace' : 'webhooks.form.secretSet')}
        </Button>
        {isSigned && value.kind === 'keep' && (
          <Button variant="link" isInline isDanger onClick={() => onChange({ kind: 'remove' })}>
            {t('webhooks.form.secretRemove')}
          </Button>
        )}
        {value.kind === 'remove' && undo}
      </Flex>
    </FormGroup>
  );
}
