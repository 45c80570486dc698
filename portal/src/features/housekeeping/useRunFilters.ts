import { useTranslation } from '@/texts';
import type { FilterField } from '@/shared/ListToolbar';
import type { FilterSpec } from '@/shared/useListState';
import './texts';

export const RUN_FILTERS: FilterSpec[] = [
  { key: 'status', comparison: 'exact' },
  { key: 'trigger', comparison: 'exact' },
];

const STATUSES = ['Running', 'Success', 'Error', 'Stopped'] as const;
const TRIGGERS = ['MANUAL', 'SCHEDULE'] as const;

/** How the filters of a history are chosen. */
export function useRunFilters(): FilterField[] {
  const { t } = useTranslation();
  return [
    {
      key: 'status',
      label: t('common.status'),
      kind: 'choice',
      choices: STATUSES.map((value) => ({ value, label: t(`common.job.${value}`) })),
    },
    {
      key: 'trigger',
      label: t('housekeeping.trigger'),
      kind: 'choice',
      choices: TRIGGERS.map((value) => ({ value, label: t(`housekeeping.triggers.${value}`) })),
    },
  ];
}
