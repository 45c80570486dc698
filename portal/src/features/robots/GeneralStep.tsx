import { Form, FormGroup, FormHelperText, HelperText, HelperTextItem, Radio, TextInput } from '@patternfly/react-core';
import { useId, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { Field } from '@/shared/Field';
import { isDescription, isRobotName, type RobotForm } from './form';
import { durationOf, endOf, FOR_EVER, type Expiry, type ExpiryChoice } from './expiry';
import './robots.css';
import './texts';

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
          autoFocus
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
  const { t } = useTranslation();
  const id = useId();
  const { choice, days, date } = expiry;
  const daysLabel = t(choices.includes('keep') ? 'robots.daysFromCreation' : 'robots.days');
  const fields: Partial<Record<ExpiryChoice, ReactNode>> = {
    days: (
      <TextInput
        className="m-robot-end"
        type="number"
        aria-label={daysLabel}
        min={1}
        value={days}
        onChange={(_, value) => onChange({ ...expiry, days: value })}
      />
    ),
    date: (
      <TextInput
        className="m-robot-end"
        type="date"
        aria-label={t('robots.date')}
        value={date}
        onChange={(_, value) => onChange({ ...expiry, date: value })}
      />
    ),
  };
  return (
    <FormGroup role="radiogroup" label={t('robots.expires')} fieldId={id} isStack>
      {choices.map((value) => (
        <Radio
          key={value}
          id={`${id}-${value}`}
          name={id}
          label={t(`robots.expiry.${value}`)}
          isChecked={choice === value}
          onChange={() => onChange({ ...expiry, choice: value })}
          body={choice === value ? fields[value] : undefined}
        />
      ))}
      <EndOf expiry={expiry} from={from} />
    </FormGroup>
  );
}

/** When that is, or that it makes no sense. */
function EndOf({ expiry, from }: { expiry: Expiry; from: Date }) {
  const { t, language } = useTranslation();
  const duration = durationOf(expiry, from);
  if (duration === null || duration === FOR_EVER) return null;
  const end = duration === undefined ? undefined : endOf(duration, from);
  const time = end?.toLocaleString(language, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <FormHelperText>
      <HelperText isLiveRegion>
        {time === undefined ? (
          <HelperTextItem variant="error">{t('robots.expiryInvalid')}</HelperTextItem>
        ) : (
          <HelperTextItem>{t('robots.endsAt', { time })}</HelperTextItem>
        )}
      </HelperText>
    </FormHelperText>
  );
}
