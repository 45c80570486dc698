import { Content, List, ListItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { deleteArtifact, type ArtifactView } from '@/api/generated';
import { UndoNote } from '@/features/trash/UndoNote';
import { ConfirmDialog } from '@/shared/dialogs';
import { shortDigest } from '@/shared/format';
import { Refusals } from './Refusals';
import { useDeletions } from './useDeletions';
import { useRepository } from './useRepository';
import './repositories.css';
import './texts';

interface Props {
  artifacts: ArtifactView[];
  onDeleted: () => void;
  onClose: () => void;
}

/** So many tags of an artifact are named; the others are counted. */
const NAMED_TAGS = 10;

/** Asks before artifacts are deleted with their tags and what is attached to them. */
export default function DeleteArtifacts({ artifacts, onDeleted, onClose }: Props) {
  const { t } = useTranslation();
  const { project, fullName, path } = useRepository();
  const deletion = useDeletions({
    projectId: project.project_id,
    remove: ({ digest }: ArtifactView) => deleteArtifact({ path: { ...path, reference: digest } }),
    done: (deleted) =>
      t('repositories.artifactsDeleted', { count: deleted.length, name: shortDigest(deleted[0]?.digest ?? '') }),
    onDone: () => {
      onDeleted();
      onClose();
    },
  });
  const left = deletion.data?.failed.map(({ item }) => item) ?? artifacts;
  return (
    <ConfirmDialog
      title={t('repositories.deleteArtifacts', { count: artifacts.length, name: fullName })}
      confirm={t('common.delete')}
      action={deletion}
      onConfirm={() => deletion.mutate(left)}
      onClose={onClose}
    >
      <Refusals of={deletion.data} name={({ digest }) => shortDigest(digest)} />
      <Content>
        <p>{t('repositories.deleteArtifactsLoses', { count: left.length })}</p>
        <List className="m-lost">
          {left.map((artifact) => (
            <ListItem key={artifact.digest}>
              <Lost artifact={artifact} />
            </ListItem>
          ))}
        </List>
        <UndoNote />
      </Content>
    </ConfirmDialog>
  );
}

function Lost({ artifact: { digest, tags, accessories } }: { artifact: ArtifactView }) {
  const { t } = useTranslation();
  const names = tags?.map(({ name }) => name) ?? [];
  const more = names.length - NAMED_TAGS;
  const parts = [
    names.length === 0
      ? t('repositories.untagged')
      : t('repositories.withTags', { count: names.length, names: names.slice(0, NAMED_TAGS).join(', ') }),
    more > 0 ? t('repositories.andMore', { count: more }) : '',
    accessories ? t('repositories.withAccessories', { count: accessories.length }) : '',
  ];
  return (
    <>
      <code>{shortDigest(digest)}</code> {parts.filter((part) => part !== '').join(', ')}
    </>
  );
}
