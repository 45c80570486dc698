import { Form, FormGroup, FormHelperText, HelperText, HelperTextItem, Radio, TextInput } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '@/shared/Field';
import { isDescription, isRobotName, type RobotForm } from './form';
import { durationOf, endOf, type Expiry, type ExpiryChoice } from './expiry';

interface Props {
  form: RobotForm;
  onChange: (form: RobotForm) => void;
  /** It is there already, and so is its name. */
  isExisting: boolean;
  /** When it was or will be made: what days are counted from. */
  from: Date;
}

/** Name, description and end of a robot. */
export function GeneralStep({ form, onChange, isExisting, from }: Props) {
  const { t } = useTranslation();
  return (
    <Form onSubmit={(event) => event.preventDefault()}>
      {!isExisting && (
        <Field
          label={t('common.name')}
          value={form.name}
          onChange={(name) => onChange({ ...form, name })}
          hint={t('robots.nameHint')}
          error={form.name === '' || isRobotName(form.name) ? null : t('robots.nameInvalid')}
          autoComplete="off"
          isRequired
        />
      )}
      <Field
        label={t('common.description')}
        value={form.description}
        onChange={(description) => onChange({ ...form, description })}
        error={isDescription(form.description) ? null : t('robots.descriptionInvalid')}
        autoComplete="off"
      />
      <ExpiryFields
        expiry={form.expiry}
        onChange={(expiry) => onChange({ ...form, expiry })}
        choices={isExisting ? ['keep', 'never', 'days', 'date'] : ['never', 'days', 'date']}
        from={from}
      />
    </Form>
  );
}

interface ExpiryProps {
  expiry: Expiry;
  onChange: (expiry: Expiry) => void;
  choices: ExpiryChoice[];
  from: Date;
}

function ExpiryFields({ expiry, onChange, choices, from }: ExpiryProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const { choice, days, date } = expiry;
  const duration = durationOf(expiry, from);
  const end = typeof duration === 'number' && duration > 0 ? endOf(duration, from) : null;
  const isTyped = choice === 'days' ? days !== '' : date !== '';
  const shown = end?.toLocaleString(i18n.language, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <FormGroup role="radiogroup" label={t('robots.expires')} fieldId={id}>
      {choices.map((value) => (
        <Radio
          key={value}
          id={`${id}-${value}`}
          name={id}
          label={t(`robots.expiry.${value}`)}
          isChecked={choice === value}
          onChange={() => onChange({ ...expiry, choice: value })}
        />
      ))}
      {choice === 'days' && (
        <TextInput
          type="number"
          aria-label={t(choices.includes('keep') ? 'robots.daysFromCreation' : 'robots.days')}
          min={1}
          value={days}
          onChange={(_, value) => onChange({ ...expiry, days: value })}
        />
      )}
      {choice === 'date' && (
        <TextInput
          type="date"
          aria-label={t('robots.date')}
          value={date}
          onChange={(_, value) => onChange({ ...expiry, date: value })}
        />
      )}
      {(choice === 'days' || choice === 'date') && (
        <FormHelperText>
          <HelperText isLiveRegion>
            {shown !== undefined && <HelperTextItem>{t('robots.endsAt', { time: shown })}</HelperTextItem>}
            {duration === undefined && isTyped && (
              <HelperTextItem variant="error">{t('robots.expiryInvalid')}</HelperTextItem>
            )}
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
