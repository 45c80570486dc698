import { useTranslation } from '@/texts';
import type { HistoryView } from '@/api/generated';
import { ageOf, eventsOf, isGroup } from './purges';
import './texts';

/** `90 days` of hours. */
export function useAgeText(): (hours: number) => string {
  const { t } = useTranslation();
  return (hours) => {
    const { amount, unit } = ageOf(hours);
    return t(`housekeeping.purge.${unit}`, { count: amount });
  };
}

/** `pulls, pushes and login_user`: event types in words; those that are not named often keep their names. */
export function useEventsText(): (types: string[], operations?: string[]) => string {
  const { t, language } = useTranslation();
  return (types, operations = []) =>
    new Intl.ListFormat(language).format([
      ...types.map((type) => (isGroup(type) ? t(`housekeeping.purge.short.${type}`) : type)),
      ...operations.map((name) => t('housekeeping.purge.operation', { name })),
    ]);
}

/** What a run or a schedule is about, in words. */
export function useRunEventsText(): (run: HistoryView) => string {
  const text = useEventsText();
  return (run) => {
    const { types, operations } = eventsOf(run);
    return text(types, operations);
  };
}
