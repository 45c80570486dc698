import {
  Alert,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  InputGroupText,
  Switch,
  TextInput,
} from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { StorageLimit } from '@/features/quotas/StorageLimit';
import { useCanInSystem } from '@/session/session';
import { EventTypes } from './EventTypes';
import { fieldOf, type Field, type FieldKey } from './fields';
import { LARGEST_NUMBER, type FormValue, type Problem } from './form';
import { useDefault } from './useDefault';
import './texts';

interface Props {
  name: FieldKey;
  value: FormValue;
  isEditable: boolean;
  isChanged: boolean;
  problem: Problem | null;
  /** What the server said of it. */
  refusal: string | null;
  onChange: (value: FormValue) => void;
}

/** One key of the configuration: what it is, what it does, its default, and why it cannot be changed. */
export function ConfigurationField({ name, value, isEditable, isChanged, problem, refusal, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const field = fieldOf(name);
  const standard = useDefault(field);
  const mayChange = useCanInSystem()('configuration', 'update');
  const error = refusal ?? (problem && t(`configuration.problem.${problem}`, { most: LARGEST_NUMBER }));
  const label = t(`configuration.fields.${name}.label`);
  const isDisabled = !isEditable || !mayChange;
  if (field.kind === 'limit') {
    return (
      <StorageLimit
        label={label}
        value={String(value)}
        onChange={onChange}
        hint={`${t(`configuration.fields.${name}.help`)} ${standard}`}
        error={error}
        isDisabled={isDisabled}
      />
    );
  }
  return (
    <FormGroup label={field.kind === 'switch' ? undefined : label} fieldId={id}>
      <Control
        field={field}
        id={id}
        label={label}
        value={value}
        isDisabled={isDisabled}
        isWrong={error !== null}
        onChange={onChange}
      />
      <FormHelperText>
        <HelperText id={`${id}-help`} isLiveRegion={error !== null}>
          {error !== null && <HelperTextItem variant="error">{error}</HelperTextItem>}
          <HelperTextItem>
            {t(`configuration.fields.${name}.help`)} {standard}
          </HelperTextItem>
          {!isEditable && <HelperTextItem>{t('configuration.readOnlyField')}</HelperTextItem>}
        </HelperText>
      </FormHelperText>
      {isChanged && <Warning field={field} value={value} />}
    </FormGroup>
  );
}

interface ControlProps {
  field: Exclude<Field, { kind: 'limit' }>;
  id: string;
  label: string;
  value: FormValue;
  isDisabled: boolean;
  isWrong: boolean;
  onChange: (value: FormValue) => void;
}

function Control({ field, id, label, value, isDisabled, isWrong, onChange }: ControlProps) {
  const { t } = useTranslation();
  const shared = { id, isDisabled, 'aria-describedby': `${id}-help` };
  const validated = isWrong ? 'error' : 'default';
  switch (field.kind) {
    case 'switch':
      return <Switch {...shared} label={label} isChecked={value === true} onChange={(_, on) => onChange(on)} />;
    case 'choice':
      return (
        <FormSelect {...shared} className="m-text-field" value={value} onChange={(_, choice) => onChange(choice)}>
          {field.choices.map((choice) => (
            <FormSelectOption key={choice} value={choice} label={t(`configuration.restriction.${choice}`)} />
          ))}
        </FormSelect>
      );
    case 'eventTypes':
      return <EventTypes {...shared} label={label} value={String(value)} onChange={onChange} />;
    case 'number':
      return (
        <InputGroup className="m-short-field">
          <InputGroupItem isFill>
            <TextInput
              {...shared}
              type="number"
              min={1}
              value={String(value)}
              validated={validated}
              onChange={(_, text) => onChange(text)}
            />
          </InputGroupItem>
          <InputGroupText>{t(`configuration.unit.${field.unit}`)}</InputGroupText>
        </InputGroup>
      );
    case 'text':
      return (
        <TextInput
          {...shared}
          className="m-text-field"
          value={String(value)}
          validated={validated}
          onChange={(_, text) => onChange(text)}
        />
      );
  }
}

/** What a change sets off that is not obvious. */
function Warning({ field, value }: { field: Field; value: FormValue }) {
  const { t } = useTranslation();
  if (field.key === 'robot_name_prefix') return <Warn text={t('configuration.warnings.robot_name_prefix')} />;
  if (field.key === 'read_only' && value === true) return <Warn text={t('configuration.warnings.read_only')} />;
  if (field.key === 'skip_audit_log_database' && value === false) {
    return <Warn text={t('configuration.warnings.skip_audit_log_database')} />;
  }
  return null;
}

function Warn({ text }: { text: string }) {
  return <Alert variant="warning" isInline isPlain title={text} />;
}
