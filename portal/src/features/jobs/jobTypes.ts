import { useTranslation } from '@/texts';
import { jobs } from './texts';
import './texts';

type Known = keyof typeof jobs.types;

/** What a type of jobs is called; one nobody named keeps its own name. */
export function useJobTypeName(): (type: string | undefined) => string {
  const { t } = useTranslation();
  return (type = '') => (Object.hasOwn(jobs.types, type) ? t(`jobs.types.${type as Known}`) : type);
}
