import { Content, List, ListItem } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { deleteArtifact, type ArtifactView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { UndoNote } from '@/features/trash/UndoNote';
import { useSayDeleted } from '@/features/trash/useSayDeleted';
import { ConfirmDialog } from '@/shared/dialogs';
import { shortDigest } from '@/shared/format';
import { useAction } from '@/shared/useAction';
import { isIndex } from './details';
import { useArtifact } from './useArtifact';
import './texts';

/** Tags that are named one by one. */
const NAMED = 10;

export default function DeleteArtifact({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { artifact, repository, path } = useArtifact();
  const projectId = repository.project.project_id;
  const sayDeleted = useSayDeleted(projectId);
  const digest = shortDigest(artifact.digest);
  const remove = useAction({
    run: () => deleteArtifact({ path }),
    onDone: () => {
      void navigate(repository.address, { replace: true });
      sayDeleted(t('artifacts.delete.done', { digest }));
      const changed = projectKey(projectId);
      // The page of what is gone may still be there for a moment: it is not asked for again.
      void queries.invalidateQueries({
        queryKey: changed,
        predicate: ({ queryKey }) => !queryKey.includes('artifact'),
      });
    },
  });
  return (
    <ConfirmDialog
      title={t('artifacts.delete.title', { digest })}
      confirm={t('common.delete')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>{t('artifacts.delete.from', { repository: repository.fullName })}</p>
        <Lost artifact={artifact} />
        <UndoNote projectId={projectId} />
      </Content>
    </ConfirmDialog>
  );
}

/** What goes with an artifact. */
function Lost({ artifact }: { artifact: ArtifactView }) {
  const { t } = useTranslation();
  const tags = artifact.tags ?? [];
  const accessories = artifact.accessories?.length ?? 0;
  const first = tags
    .slice(0, NAMED)
    .map((tag) => tag.name)
    .join(', ');
  const more = tags.length - NAMED;
  const names = more > 0 ? t('artifacts.delete.moreTags', { names: first, count: more }) : first;
  const lost = [
    tags.length > 0 && t('artifacts.delete.tags', { count: tags.length, names }),
    accessories > 0 && t('artifacts.delete.accessories', { count: accessories }),
    isIndex(artifact) && t('artifacts.delete.children'),
  ].filter((text) => text !== false);
  if (lost.length === 0) return null;
  return (
    <List>
      {lost.map((text) => (
        <ListItem key={text}>{text}</ListItem>
      ))}
    </List>
  );
}
