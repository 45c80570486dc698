import { Button, TextInputGroup, TextInputGroupMain, TextInputGroupUtilities } from '@patternfly/react-core';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import TimesIcon from '@patternfly/react-icons/dist/esm/icons/times-icon';
import { useTranslation } from '@/texts';

interface Props {
  /** What is searched, shown while nothing is typed. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  onClear: () => void;
  /** Enter: do not wait for more letters. */
  onEnter?: () => void;
}

/** Text to search for. PatternFly's own field brings a form for several attributes along, and its weight. */
export function SearchField({ label, value, onChange, onClear, onEnter }: Props) {
  const { t } = useTranslation();
  return (
    <TextInputGroup>
      <TextInputGroupMain
        type="search"
        icon={<SearchIcon />}
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(_, text) => onChange(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.();
        }}
      />
      {value !== '' && (
        <TextInputGroupUtilities>
          <Button
            variant="plain"
            icon={<TimesIcon />}
            aria-label={t('common.clear', { what: label })}
            onClick={onClear}
          />
        </TextInputGroupUtilities>
      )}
    </TextInputGroup>
  );
}
