import { Button, Checkbox, FormFieldGroup, FormFieldGroupHeader, FormGroup } from '@patternfly/react-core';
import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import type { EventsView, TargetView } from '@/api/generated';
import { Field } from '@/shared/Field';
import { isAddress, MAX_TARGETS, newTarget } from './policy';
import { useTargetName } from './useTargetName';
import './texts';

interface Props {
  /** What the server can send to; undefined: not known yet. */
  supported: EventsView | undefined;
  value: TargetView[];
  onChange: (value: TargetView[]) => void;
}

/** Where deliveries go. */
export function TargetFields({ supported, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {value.map((target, index) => (
        <OneTarget
          key={index}
          number={index + 1}
          supported={supported}
          value={target}
          onChange={(changed) => onChange(value.map((one, at) => (at === index ? { ...one, ...changed } : one)))}
          onRemove={value.length > 1 ? () => onChange(value.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      {value.length < MAX_TARGETS && (
        <div>
          <Button variant="link" isInline onClick={() => onChange([...value, newTarget()])}>
            {t('webhooks.form.addTarget')}
          </Button>
        </div>
      )}
    </>
  );
}

interface OneProps {
  number: number;
  supported: EventsView | undefined;
  value: TargetView;
  onChange: (changed: Partial<TargetView>) => void;
  onRemove?: () => void;
}

function OneTarget({ number, supported, value, onChange, onRemove }: OneProps) {
  const { t } = useTranslation();
  const targetName = useTargetName();
  const id = useId();
  const { type = 'http', address = '', payload_format: format = '' } = value;
  const formats = supported?.payload_formats.find((one) => one.notify_type === type)?.formats ?? [];
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: t('webhooks.form.target', { number }), id: `${id}-title` }}
          actions={
            onRemove && (
              <Button variant="link" size="sm" onClick={onRemove}>
                {t('webhooks.form.removeTarget')}
              </Button>
            )
          }
        />
      }
    >
      <FormGroup label={t('webhooks.form.type')} fieldId={`${id}-type`}>
        <FormSelect id={`${id}-type`} value={type} onChange={(_, chosen) => onChange({ type: chosen })}>
          {(supported?.notify_type ?? [type]).map((kind) => (
            <FormSelectOption key={kind} value={kind} label={targetName(kind)} />
          ))}
        </FormSelect>
      </FormGroup>
      <Field
        label={t('webhooks.form.address')}
        value={address}
        onChange={(text) => onChange({ address: text })}
        hint={t('webhooks.form.addressHint')}
        error={address === '' || isAddress(address) ? null : t('webhooks.form.addressInvalid')}
        isRequired
      />
      {formats.length > 0 && (
        <FormGroup label={t('webhooks.form.format')} fieldId={`${id}-format`}>
          <FormSelect id={`${id}-format`} value={format} onChange={(_, chosen) => onChange({ payload_format: chosen })}>
            {formats.map((one) => (
              <FormSelectOption
                key={one}
                value={one}
                label={one === 'Default' || one === 'CloudEvents' ? t(`webhooks.form.formats.${one}`) : one}
              />
            ))}
          </FormSelect>
        </FormGroup>
      )}
      <Field
        label={t('webhooks.form.authHeader')}
        value={value.auth_header ?? ''}
        onChange={(text) => onChange({ auth_header: text })}
        hint={t('webhooks.form.authHeaderHint')}
        type="password"
        autoComplete="new-password"
      />
      <Checkbox
        id={`${id}-skip`}
        label={t('webhooks.form.skipVerify')}
        description={t('webhooks.form.skipVerifyHint')}
        isChecked={value.skip_cert_verify ?? false}
        onChange={(_, isChecked) => onChange({ skip_cert_verify: isChecked })}
      />
    </FormFieldGroup>
  );
}
