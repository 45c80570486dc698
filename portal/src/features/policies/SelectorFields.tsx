import {
  Button,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  TextInput,
} from '@patternfly/react-core';
import MinusIcon from '@patternfly/react-icons/dist/esm/icons/minus-circle-icon';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import type { SelectorView } from '@/api/generated';
import { patternProblem } from './patterns';
import { MAX_SELECTORS, type Decoration } from './selectors';
import './texts';

interface Props {
  what: 'repositories' | 'tags';
  decorations: readonly Decoration[];
  value: SelectorView[];
  onChange: (value: SelectorView[]) => void;
  hint?: string;
}

/** Which repositories, or tags, a rule is about: patterns that a name has to match, or not to. */
export function SelectorFields({ what, decorations, value, onChange, hint }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const label = t(`policies.selectors.${what}`);
  const change = (index: number, changed: Partial<SelectorView>) =>
    onChange(value.map((selector, at) => (at === index ? { ...selector, ...changed } : selector)));
  const add = () =>
    onChange([...value, { ...value.at(-1), kind: 'doublestar', decoration: decorations[1] ?? '', pattern: '' }]);
  return (
    <FormGroup label={label} role="group" fieldId={id} isRequired>
      {value.map((selector, index) => (
        <SelectorRow
          // Rows have no names of their own; one that is removed takes its place along.
          key={index}
          label={label}
          number={index + 1}
          decorations={decorations}
          selector={selector}
          onChange={(changed) => change(index, changed)}
          onRemove={value.length > 1 ? () => onChange(value.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      <FormHelperText>
        <HelperText>
          {value.length > 1 && <HelperTextItem>{t('policies.selectors.all')}</HelperTextItem>}
          {hint && <HelperTextItem>{hint}</HelperTextItem>}
        </HelperText>
      </FormHelperText>
      {value.length < MAX_SELECTORS && (
        <Button variant="link" isInline size="sm" onClick={add}>
          {t('policies.selectors.add')}
        </Button>
      )}
    </FormGroup>
  );
}

interface RowProps {
  label: string;
  number: number;
  decorations: readonly Decoration[];
  selector: SelectorView;
  onChange: (changed: Partial<SelectorView>) => void;
  onRemove?: () => void;
}

function SelectorRow({ label, number, decorations, selector, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const id = useId();
  const pattern = selector.pattern ?? '';
  const problem = patternProblem(pattern);
  return (
    <>
      <InputGroup className="m-selector">
        <InputGroupItem>
          <FormSelect
            aria-label={t('policies.selectors.decorationLabel', { what: label, number })}
            value={selector.decoration}
            onChange={(_, decoration) => onChange({ decoration })}
          >
            {decorations.map((decoration) => (
              <FormSelectOption
                key={decoration}
                value={decoration}
                label={t(`policies.selectors.decoration.${decoration}`)}
              />
            ))}
          </FormSelect>
        </InputGroupItem>
        <InputGroupItem isFill>
          <TextInput
            aria-label={t('policies.selectors.patternLabel', { what: label, number })}
            aria-describedby={problem ? id : undefined}
            value={pattern}
            onChange={(_, value) => onChange({ pattern: value })}
            validated={problem && pattern !== '' ? 'error' : 'default'}
            autoComplete="off"
            spellCheck={false}
            isRequired
          />
        </InputGroupItem>
        {onRemove && (
          <InputGroupItem>
            <Button
              variant="plain"
              icon={<MinusIcon />}
              aria-label={t('policies.selectors.remove', { what: label, number })}
              onClick={onRemove}
            />
          </InputGroupItem>
        )}
      </InputGroup>
      {problem && (
        <FormHelperText>
          <HelperText id={id} isLiveRegion>
            <HelperTextItem variant={pattern === '' ? 'default' : 'error'}>
              {t(`policies.selectors.problems.${problem}`)}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </>
  );
}
