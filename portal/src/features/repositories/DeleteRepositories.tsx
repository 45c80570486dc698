import { Content, List, ListItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { deleteRepository, type ProjectView, type RepositoryView } from '@/api/generated';
import { UndoNote } from '@/features/trash/UndoNote';
import { ConfirmDialog } from '@/shared/dialogs';
import { repositoryInProject } from '@/shared/format';
import { Refusals } from './Refusals';
import { useDeletions } from './useDeletions';
import './repositories.css';
import './texts';

type Lost = Pick<RepositoryView, 'name' | 'artifact_count'>;

interface Props {
  project: ProjectView;
  repositories: Lost[];
  onDeleted: () => void;
  onClose: () => void;
}

/** Asks before repositories are deleted with everything in them. */
export default function DeleteRepositories({ project, repositories, onDeleted, onClose }: Props) {
  const { t } = useTranslation();
  const count = repositories.length;
  const first = repositories[0]?.name ?? '';
  const deletion = useDeletions({
    projectId: project.project_id,
    remove: ({ name }: Lost) =>
      deleteRepository({ path: { project_name: project.name, repository_name: repositoryInProject(name) } }),
    done: (deleted) => t('repositories.deleted', { count: deleted.length, name: deleted[0]?.name ?? '' }),
    onDone: () => {
      onDeleted();
      onClose();
    },
  });
  // What was deleted before something was refused is not asked for again.
  const left = deletion.data?.failed.map(({ item }) => item) ?? repositories;
  return (
    <ConfirmDialog
      title={t('repositories.deleteTitle', { count, name: first })}
      confirm={t('common.delete')}
      typed={count === 1 ? first : t('repositories.typedCount', { count })}
      action={deletion}
      onConfirm={() => deletion.mutate(left)}
      onClose={onClose}
    >
      <Refusals of={deletion.data} name={({ name }) => name} />
      <Content>
        <p>{t('repositories.deleteLoses')}</p>
        <List className="m-lost">
          {left.map(({ name, artifact_count: artifacts }) => (
            <ListItem key={name}>{t('repositories.deleteItem', { name, count: artifacts })}</ListItem>
          ))}
        </List>
        <UndoNote />
      </Content>
    </ConfirmDialog>
  );
}
