import { useTranslation } from '@/texts';
import { isEventName } from './policy';
import './texts';

/** What an event is called; one that is not known is called what the server calls it. */
export function useEventName(): (event: string) => string {
  const { t } = useTranslation();
  return (event) => (isEventName(event) ? t(`webhooks.eventNames.${event}`) : event);
}
