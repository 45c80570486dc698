import './labels.css';
import { FormGroup } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { choices, isColor } from './colors';
import './texts';

interface Props {
  value: string;
  /** The colour the label has now, which may be none of the palette. */
  given: string | undefined;
  onChange: (color: string) => void;
}

/** The palette as a group of radio buttons, so that arrow keys walk through it. */
export function ColorChoice({ value, given, onChange }: Props) {
  const { t } = useTranslation();
  const name = useId();
  return (
    <FormGroup role="radiogroup" label={t('labels.color')} fieldId={name}>
      <div className="m-colors">
        {choices(given).map((color) => (
          <input
            key={color}
            type="radio"
            className="m-color"
            name={name}
            aria-label={color || t('labels.noColor')}
            title={color || t('labels.noColor')}
            style={isColor(color) ? { backgroundColor: color } : undefined}
            checked={color === value}
            onChange={() => onChange(color)}
          />
        ))}
      </div>
    </FormGroup>
  );
}
