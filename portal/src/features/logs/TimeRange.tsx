import { TextInput } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import type { ListState } from '@/shared/useListState';
import { fromLocal, toLocal } from './search';
import './logs.css';
import './texts';

/** The ends of a range of time, in the browser's time zone. */
export function TimeRange({ state }: { state: ListState }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <span className="m-time-range">
      {(['from', 'to'] as const).map((end) => (
        <label key={end} htmlFor={`${id}-${end}`}>
          {t(`logs.${end}`)}
          <TextInput
            id={`${id}-${end}`}
            type="datetime-local"
            value={toLocal(state.filters[end] ?? '')}
            onChange={(_, text) => state.setFilter(end, fromLocal(text))}
          />
        </label>
      ))}
    </span>
  );
}
