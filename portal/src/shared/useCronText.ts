import { useTranslation } from '@/texts';
import type { Cron } from './cron';
import { describeCron, type CronDescription, type Span } from './cronDescription';
import '@/features/policies/texts';

/** Says what a cron line comes to: `at 03:00 on Monday and Thursday`, in UTC. */
export function useCronText(): (cron: Cron) => string {
  const { t, language } = useTranslation();
  const list = (values: string[]) => new Intl.ListFormat(language).format(values);
  const named = (values: Span[], name: (value: number) => string = String) =>
    list(values.map(([first, last]) => (first === last ? name(first) : `${name(first)}–${name(last)}`)));
  const inUtc = (format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...format, timeZone: 'UTC' });
  // 4 January 1970 was a Sunday.
  const weekday = (value: number) => inUtc({ weekday: 'long' }).format(Date.UTC(1970, 0, 4 + value));
  const month = (value: number) => inUtc({ month: 'long' }).format(Date.UTC(1970, value - 1, 1));

  const timesText = (times: CronDescription['times']) => {
    switch (times.kind) {
      case 'everyMinutes':
        return t('policies.schedule.times.everyMinutes', { count: times.count });
      case 'everyHour':
        return t('policies.schedule.times.everyHour', { minutes: named(times.minutes) });
      case 'clock':
        return t('policies.schedule.times.clock', { times: list(times.times) });
      case 'within':
        return t('policies.schedule.times.within', { minutes: named(times.minutes), hours: named(times.hours) });
      default:
        return t(`policies.schedule.times.${times.kind}`);
    }
  };
  const daysText = (days: CronDescription['days'], times: CronDescription['times']) => {
    switch (days.kind) {
      case 'everyDay':
        // "Every hour" needs no day.
        return times.kind === 'clock' || times.kind === 'within' ? t('policies.schedule.days.everyDay') : '';
      case 'weekdays':
        return t('policies.schedule.days.weekdays', { weekdays: named(days.weekdays, weekday) });
      case 'days':
        return t('policies.schedule.days.days', { days: named(days.days) });
      case 'either':
        return t('policies.schedule.days.either', { days: named(days.days), weekdays: named(days.weekdays, weekday) });
    }
  };

  return (cron) => {
    const { times, days, months } = describeCron(cron);
    const inMonths = months.length === 0 ? '' : t('policies.schedule.months', { months: named(months, month) });
    return [timesText(times), daysText(days, times), inMonths].filter((part) => part !== '').join(' ');
  };
}
