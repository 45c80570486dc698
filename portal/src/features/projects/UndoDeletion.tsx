import { Button } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { undeleteProject, type TrashEntryView } from '@/api/generated';
import { retentionDays } from '@/features/trash/retention';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import './texts';

/** Brings back a project that was just deleted; shown where its deletion is said. */
export function UndoDeletion({ entry }: { entry: TrashEntryView }) {
  const { t } = useTranslation();
  const undo = useAction({
    run: () => undeleteProject({ path: { trash_id: entry.id } }),
    changes: [['projects'], ['trash']],
    done: t('projects.undeletedToast', { name: entry.resource }),
  });
  if (undo.error) return <ErrorAlert error={undo.error} />;
  return (
    <>
      {t('projects.lost.undo', { count: retentionDays(entry) })}{' '}
      <Button
        variant="link"
        isInline
        onClick={() => undo.mutate()}
        isDisabled={!undo.isIdle}
        isLoading={undo.isPending}
      >
        {t('projects.undo')}
      </Button>
    </>
  );
}
