import { useTranslation } from 'react-i18next';
import { isEventName } from './policy';

/** What an event is called; one that is not known is called what the server calls it. */
export function useEventName(): (event: string) => string {
  const { t } = useTranslation();
  return (event) => (isEventName(event) ? t(`webhooks.eventNames.${event}`) : event);
}
