import { useTranslation } from '@/texts';
import { isRole } from './roles';
import './texts';

/** A role as users call it; nothing for who has none. */
export function RoleName({ id }: { id: number | undefined }) {
  const { t } = useTranslation();
  return isRole(id) ? t(`projects.roles.${id}`) : null;
}
