import { useTranslation } from '@/texts';
import { EVERY_PROJECT } from './grants';
import { robots } from './texts';
import './texts';

type Resource = keyof typeof robots.resources;
type Action = keyof typeof robots.actions;

/** What resources, actions and places are called; one that has no name here is called as the API does. */
export function useNames() {
  const { t } = useTranslation();
  return {
    resourceName: (resource: string) =>
      resource in robots.resources ? t(`robots.resources.${resource as Resource}`) : resource,
    actionName: (action: string) => (action in robots.actions ? t(`robots.actions.${action as Action}`) : action),
    placeName: ({ kind, namespace }: { kind: string; namespace: string }) => {
      if (kind === 'system') return t('robots.system');
      return namespace === EVERY_PROJECT ? t('robots.everyProject') : namespace;
    },
  };
}
