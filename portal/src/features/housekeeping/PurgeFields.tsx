import './housekeeping.css';
import {
  Checkbox,
  ExpandableSection,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
} from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { Field } from '@/shared/Field';
import { GROUPS, isGroup, parseAge, withChoice, type Unit } from './purges';
import './texts';

/** What a form has of a purge: as it was typed and chosen. */
export interface TypedPurge {
  amount: string;
  unit: Unit;
  types: string[];
}

export function isComplete(value: TypedPurge): boolean {
  return parseAge(value.amount, value.unit) !== null && value.types.length > 0;
}

interface Props {
  value: TypedPurge;
  onChange: (value: TypedPurge) => void;
  /** Every event type there is. */
  known: string[];
}

/** How old entries have to be, and what about, to be removed. */
export function PurgeFields({ value, onChange, known }: Props) {
  return (
    <>
      <AgeField value={value} onChange={onChange} />
      <EventsField types={value.types} onChange={(types) => onChange({ ...value, types })} known={known} />
    </>
  );
}

function AgeField({ value, onChange }: Omit<Props, 'known'>) {
  const { t } = useTranslation();
  const id = useId();
  const isValid = parseAge(value.amount, value.unit) !== null;
  return (
    <div className="m-amount">
      <Field
        label={t('housekeeping.purge.keep')}
        type="number"
        value={value.amount}
        onChange={(amount) => onChange({ ...value, amount })}
        hint={t('housekeeping.purge.keepHint')}
        error={isValid ? null : t('housekeeping.purge.keepInvalid')}
        isRequired
      />
      <FormGroup label={t('housekeeping.purge.unit')} fieldId={id}>
        <FormSelect id={id} value={value.unit} onChange={(_, unit) => onChange({ ...value, unit: unit as Unit })}>
          <FormSelectOption value="days" label={t('housekeeping.purge.unitDays')} />
          <FormSelectOption value="hours" label={t('housekeeping.purge.unitHours')} />
        </FormSelect>
      </FormGroup>
    </div>
  );
}

interface EventsProps {
  types: string[];
  onChange: (types: string[]) => void;
  known: string[];
}

function EventsField({ types, onChange, known }: EventsProps) {
  const { t } = useTranslation();
  const id = useId();
  const hasSingle = types.some((type) => !isGroup(type));
  const [isOpen, setOpen] = useState(hasSingle);
  const choice = (type: string, label: string) => (
    <Checkbox
      key={type}
      id={`${id}-${type}`}
      label={label}
      isChecked={types.includes(type)}
      onChange={(_, isChosen) => onChange(withChoice(types, type, isChosen))}
    />
  );
  return (
    <FormGroup label={t('housekeeping.purge.which')} role="group" isStack isRequired fieldId={id}>
      {GROUPS.map((group) => choice(group, t(`housekeeping.purge.groups.${group}`)))}
      {!types.includes('other') && (
        <ExpandableSection
          toggleText={t('housekeeping.purge.single')}
          isExpanded={isOpen}
          onToggle={(_, open) => setOpen(open)}
          isIndented
        >
          <div className="m-event-types">
            {known.filter((type) => !isGroup(type)).map((type) => choice(type, type))}
          </div>
        </ExpandableSection>
      )}
      {types.length === 0 && (
        <FormHelperText>
          <HelperText isLiveRegion>
            <HelperTextItem variant="error">{t('housekeeping.purge.whichInvalid')}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
