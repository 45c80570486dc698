import {
  Checkbox,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  InputGroupText,
  TextInput,
} from '@patternfly/react-core';
import { useId, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { UNLIMITED } from './limit';
import './limit.css';
import './texts';

interface Props {
  label: string;
  /** GiB, or -1 for no limit. */
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | null;
  isDisabled?: boolean;
}

const NONE = String(UNLIMITED);

/** A number of GiB, or none. */
export function StorageLimit({ label, value, onChange, hint, error, isDisabled }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const isUnlimited = value.trim() === NONE;
  const help = error ?? hint;
  return (
    <FormGroup label={label} fieldId={id} role="group">
      <Checkbox
        id={`${id}-none`}
        label={t('quotas.noLimit')}
        aria-label={`${label}: ${t('quotas.noLimit')}`}
        isChecked={isUnlimited}
        isDisabled={isDisabled}
        onChange={(_, checked) => onChange(checked ? NONE : '')}
      />
      {!isUnlimited && (
        <InputGroup className="m-limit">
          <InputGroupItem isFill>
            <TextInput
              id={id}
              type="text"
              inputMode="decimal"
              aria-label={label}
              aria-describedby={help ? `${id}-help` : undefined}
              value={value}
              isDisabled={isDisabled}
              validated={error ? 'error' : 'default'}
              onChange={(_, text) => onChange(text)}
            />
          </InputGroupItem>
          <InputGroupText>{t('quotas.unit')}</InputGroupText>
        </InputGroup>
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
