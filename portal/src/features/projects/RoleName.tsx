import { useTranslation } from 'react-i18next';
import { isRole } from './roles';

/** A role as users call it; nothing for who has none. */
export function RoleName({ id }: { id: number | undefined }) {
  const { t } = useTranslation();
  return isRole(id) ? t(`projects.roles.${id}`) : null;
}
