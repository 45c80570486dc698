import { useTranslation } from '@/texts';
import { ErrorAlert } from '@/shared/Failure';
import type { Outcome } from '@/shared/several';
import './texts';

/** Which of several deletions were refused, and why. */
export function Refusals<Item>({ of, name }: { of: Outcome<Item> | undefined; name: (item: Item) => string }) {
  const { t } = useTranslation();
  return of?.failed.map(({ item, error }) => (
    <ErrorAlert key={name(item)} error={error} title={t('repositories.refused', { name: name(item) })} />
  ));
}
