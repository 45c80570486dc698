import { useTranslation } from '@/texts';
import { logs } from './texts';
import { capitalized, eventTypeOf, isOperation, typeKeyOf } from './vocabulary';
import './texts';

type TypeKey = keyof typeof logs.types;
type ActKey = keyof typeof logs.acts;

/** What the audit log has words for; what it does not know is shown as it is logged. */
export function useLogNames() {
  const { t, language } = useTranslation();
  const noun = (type: string): string => {
    const key = typeKeyOf(type);
    return Object.hasOwn(logs.types, key) ? t(`logs.types.${key as TypeKey}`) : type;
  };
  return {
    /** A resource type, as a choice: `Immutable tag rule`. */
    typeName: (type: string) => capitalized(noun(type), language),
    /** What was done to what: `Create immutable tag rule`. */
    actName: (operation: string, type: string) => {
      const key = eventTypeOf(operation, type);
      if (Object.hasOwn(logs.acts, key)) return t(`logs.acts.${key as ActKey}`, { type: noun(type) });
      return t(`logs.acts.${isOperation(operation) ? operation : 'other'}`, { operation, type: noun(type) });
    },
  };
}
