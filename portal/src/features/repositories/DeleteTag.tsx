import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { deleteTag, type DeleteTagData } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { UndoNote } from '@/features/trash/UndoNote';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

interface Props {
  projectId: number;
  path: DeleteTagData['path'];
  onDeleted: (fullName: string) => void;
  onClose: () => void;
}

/** Asks before a tag is deleted. */
export default function DeleteTag({ projectId, path, onDeleted, onClose }: Props) {
  const { t } = useTranslation();
  const name = `${path.project_name}/${path.repository_name}:${path.tag_name}`;
  const deletion = useAction({
    run: () => deleteTag({ path }),
    changes: [projectKey(projectId)],
    onDone: () => {
      onDeleted(name);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t('repositories.deleteTagTitle', { name: path.tag_name })}
      confirm={t('common.delete')}
      action={deletion}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>{t('repositories.deleteTagLoses', { name })}</p>
        <UndoNote projectId={projectId} />
      </Content>
    </ConfirmDialog>
  );
}
