import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useId } from 'react';

interface Props {
  label: string;
  hint: string;
  error?: string | null;
  /** `2026-05-01`, or empty. */
  value: string;
  onChange: (day: string) => void;
  isDisabled: boolean;
}

/** A day, chosen with the browser's calendar. */
export function DayField({ label, hint, error = null, value, onChange, isDisabled }: Props) {
  const id = useId();
  return (
    <FormGroup label={label} fieldId={id}>
      <TextInput
        id={id}
        type="date"
        className="m-short-field"
        value={value}
        isDisabled={isDisabled}
        validated={error === null ? 'default' : 'error'}
        aria-describedby={`${id}-help`}
        onChange={(_, day) => onChange(day)}
      />
      <FormHelperText>
        <HelperText id={`${id}-help`} isLiveRegion={error !== null}>
          <HelperTextItem variant={error === null ? 'default' : 'error'}>{error ?? hint}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
