import { useTranslation } from '@/texts';
import { updateConfigurations, type Configurations } from '@/api/generated';
import { useReloadSession } from '@/session/session';
import { useAction } from '@/shared/useAction';
import './texts';

/** Sends what was changed. The session is asked for again: it has the banner and the read-only mode. */
export function useSave(onDone: () => void) {
  const { t } = useTranslation();
  const reloadSession = useReloadSession();
  return useAction({
    run: (changes: Configurations) => updateConfigurations({ body: changes }),
    changes: [['configuration']],
    done: t('configuration.saved'),
    onDone: () => {
      onDone();
      void reloadSession();
    },
  });
}
