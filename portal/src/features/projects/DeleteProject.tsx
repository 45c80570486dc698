import {
  Alert,
  Bullseye,
  Button,
  Content,
  List,
  ListItem,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Spinner,
} from '@patternfly/react-core';
import { useSession } from '@/session/session';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { deleteProject, listDeletedProjects, type ProjectView, type TrashEntryView } from '@/api/generated';
import { page } from '@/api/pages';
import { Dialog } from '@/shared/Dialog';
import { ConfirmDialog } from '@/shared/dialogs';
import { ErrorAlert } from '@/shared/Failure';
import { useToast } from '@/shared/Toasts';
import { useAction } from '@/shared/useAction';
import { UndoDeletion } from './UndoDeletion';
import { useDeletion, type Lost } from './useDeletion';
import './texts';

interface Props {
  project: Pick<ProjectView, 'project_id' | 'name'>;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Deletes a project that is empty, after saying what goes with it; says why not where it is not. */
export default function DeleteProject({ project, onClose, onDeleted }: Props) {
  const { t } = useTranslation();
  const say = useToast();
  const deletion = useDeletion(project.project_id);
  const remove = useAction({
    run: async () => {
      await deleteProject({ path: { project_name_or_id: String(project.project_id) } });
      return newestDeletion(project.project_id);
    },
    changes: [['projects'], ['trash']],
    onDone: (entry) => {
      say(t('projects.deletedToast', { name: project.name }), entry?.restorable && <UndoDeletion entry={entry} />);
      onClose();
      onDeleted?.();
    },
  });
  const title = t('projects.deleteTitle', { name: project.name });
  if (deletion.data?.isPossible) {
    const { lost } = deletion.data;
    return (
      <ConfirmDialog
        title={title}
        confirm={t('common.delete')}
        typed={lost.robots > 0 || lost.members > 1 ? project.name : undefined}
        action={remove}
        onConfirm={() => remove.mutate()}
        onClose={onClose}
      >
        <WhatIsLost lost={lost} />
      </ConfirmDialog>
    );
  }
  return (
    <Dialog variant="small" onClose={onClose} aria-label={title}>
      <ModalHeader title={title} />
      <ModalBody>
        {deletion.error !== null && <ErrorAlert error={deletion.error} onRetry={() => void deletion.refetch()} />}
        {deletion.isPending && (
          <Bullseye>
            <Spinner aria-label={t('common.loading')} />
          </Bullseye>
        )}
        {deletion.data && <Refusal reason={deletion.data.reason} projectId={project.project_id} />}
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          {t('common.close')}
        </Button>
      </ModalFooter>
    </Dialog>
  );
}

/** The entry of the deletion, to undo it; that it cannot be found takes nothing from the deletion. */
async function newestDeletion(projectId: number): Promise<TrashEntryView | undefined> {
  try {
    const { items } = await page(listDeletedProjects({ query: { page: 1, page_size: 1 } }));
    return items.find((entry) => entry.project_id === projectId);
  } catch {
    return undefined;
  }
}

function WhatIsLost({ lost }: { lost: Lost }) {
  const { t } = useTranslation();
  const days = useSession().trashDays ?? 0;
  const counted = [
    t('projects.lost.members', { count: lost.members }),
    lost.robots > 0 && t('projects.lost.robots', { count: lost.robots }),
    lost.labels > 0 && t('projects.lost.labels', { count: lost.labels }),
    lost.webhooks > 0 && t('projects.lost.webhooks', { count: lost.webhooks }),
    t('projects.lost.rules'),
  ].filter((text) => text !== false);
  return (
    <Content>
      <p>{t('projects.lost.title')}</p>
      <List>
        {counted.map((text) => (
          <ListItem key={text}>{text}</ListItem>
        ))}
      </List>
      <p>{days === 0 ? t('common.cannotBeUndone') : t('projects.lost.undo', { count: days })}</p>
    </Content>
  );
}

function Refusal({ reason, projectId }: { reason: string; projectId: number }) {
  const { t } = useTranslation();
  return (
    <Alert variant="info" isInline title={t('projects.notDeletable')}>
      <p>{reason}</p>
      <p>
        {t('projects.notDeletableHint')}{' '}
        <Link to={`/harbor/projects/${projectId}/repositories`}>{t('projects.repositories')}</Link>
      </p>
    </Alert>
  );
}
