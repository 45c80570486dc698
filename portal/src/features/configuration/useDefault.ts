import { useTranslation } from '@/texts';
import type { Field } from './fields';
import { shown } from './form';
import './texts';
import '@/features/quotas/texts';

/** A sentence that says what a key is when nobody set it. */
export function useDefault(field: Field): string {
  const { t } = useTranslation();
  const value = shown(field, field.default);
  const say = (text: string) => t('configuration.default', { value: text });
  switch (field.kind) {
    case 'switch':
      return say(t(value === true ? 'configuration.on' : 'configuration.off'));
    case 'number':
      return say(t(`configuration.amount.${field.unit}`, { count: field.default }));
    case 'limit':
      return say(t('quotas.noLimit').toLowerCase());
    case 'choice':
      return say(t(`configuration.restriction.${field.default}` as 'configuration.restriction.everyone').toLowerCase());
    case 'eventTypes':
      return say(t('configuration.nothing'));
    case 'text':
      return say(value === '' ? t('configuration.nothing') : String(value));
  }
}
