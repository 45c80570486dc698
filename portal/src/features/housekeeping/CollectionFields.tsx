import { Checkbox } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { Field } from '@/shared/Field';
import { parseWorkers } from './collections';
import './texts';

/** What a form has of the options of a collection: as it was typed. */
export interface TypedOptions {
  deleteUntagged: boolean;
  workers: string;
}

interface Props {
  value: TypedOptions;
  onChange: (value: TypedOptions) => void;
}

/** How to collect. */
export function CollectionFields({ value, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <>
      <Checkbox
        id={id}
        label={t('housekeeping.gc.deleteUntagged')}
        description={t('housekeeping.gc.deleteUntaggedHint')}
        isChecked={value.deleteUntagged}
        onChange={(_, deleteUntagged) => onChange({ ...value, deleteUntagged })}
      />
      <Field
        label={t('housekeeping.gc.workers')}
        type="number"
        value={value.workers}
        onChange={(workers) => onChange({ ...value, workers })}
        hint={t('housekeeping.gc.workersHint')}
        error={parseWorkers(value.workers) === null ? t('housekeeping.gc.workersInvalid') : null}
        isRequired
      />
    </>
  );
}
