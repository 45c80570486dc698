import { useTranslation } from 'react-i18next';
import { deleteTag, type TagView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { UndoNote } from '@/features/trash/UndoNote';
import { useSayDeleted } from '@/features/trash/useSayDeleted';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { useArtifact } from './useArtifact';

export default function RemoveTag({ tag, onClose }: { tag: TagView; onClose: () => void }) {
  const { t } = useTranslation();
  const { artifact, path } = useArtifact();
  const sayDeleted = useSayDeleted(artifact.project_id);
  const remove = useAction({
    run: () => deleteTag({ path: { ...path, tag_name: tag.name } }),
    changes: [projectKey(artifact.project_id)],
    onDone: () => {
      sayDeleted(t('artifacts.tags.removed', { name: tag.name }));
      onClose();
    },
  });
  const isLast = (artifact.tags?.length ?? 0) <= 1;
  return (
    <ConfirmDialog
      title={t('artifacts.tags.removeTitle', { name: tag.name })}
      confirm={t('artifacts.tags.confirm')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>{t(isLast ? 'artifacts.tags.removeLast' : 'artifacts.tags.removeStays')}</p>
      <UndoNote projectId={artifact.project_id} />
    </ConfirmDialog>
  );
}
