import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';
import { useId, type ReactNode } from 'react';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What fits, or an example. */
  hint?: ReactNode;
  /** Why the value does not fit; shown in place of the hint. */
  error?: string | null;
  type?: 'text' | 'password' | 'number' | 'url' | 'email';
  isRequired?: boolean;
  isDisabled?: boolean;
  isMultiline?: boolean;
  autoComplete?: string;
  autoFocus?: boolean;
}

/** A field of a form with its label, what fits in it, and why what is in it does not. */
export function Field({ label, value, onChange, hint, error, type = 'text', isRequired, isMultiline, ...rest }: Props) {
  const id = useId();
  const help = error ?? hint;
  const shared = {
    id,
    value,
    isRequired,
    validated: error ? ('error' as const) : ('default' as const),
    'aria-describedby': help ? `${id}-help` : undefined,
    ...rest,
  };
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      {isMultiline ? (
        <TextArea {...shared} onChange={(_, text) => onChange(text)} resizeOrientation="vertical" autoResize />
      ) : (
        <TextInput {...shared} type={type} onChange={(_, text) => onChange(text)} />
      )}
      {help && (
        <FormHelperText>
          <HelperText id={`${id}-help`} isLiveRegion={Boolean(error)}>
            <HelperTextItem variant={error ? 'error' : 'default'}>{help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
