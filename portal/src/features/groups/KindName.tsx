import { useTranslation } from '@/texts';
import './texts';

/** Where it is said who is in a group. */
export function KindName({ kind }: { kind: number }) {
  const { t } = useTranslation();
  if (kind === 1 || kind === 2 || kind === 3) return <>{t(`groups.kinds.${kind}`)}</>;
  return <>{kind}</>;
}
