import { useTranslation } from '@/texts';
import './texts';

/** What a kind of targets is called. */
export function useTargetName(): (kind: string) => string {
  const { t } = useTranslation();
  return (kind) => (kind === 'http' || kind === 'slack' ? t(`webhooks.types.${kind}`) : kind);
}
