import { Alert, Content, List, ListItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { deleteProjectMember, type MemberView, type ProjectView } from '@/api/generated';
import { RoleName } from '@/features/projects/RoleName';
import { projectKey } from '@/features/projects/useProject';
import { useSession } from '@/session/session';
import { ConfirmDialog } from '@/shared/dialogs';
import { inTurn } from '@/shared/several';
import { useAction } from '@/shared/useAction';
import { isSelf, selfLast } from './member';
import { useFailedHalfWay } from './useFailedHalfWay';
import './texts';

interface Props {
  project: ProjectView;
  members: MemberView[];
  /** Told of each that is no longer a member. */
  onRemoved: (member: MemberView) => void;
  onClose: () => void;
}

/** Takes members out of a project; oneself only after the project's name was typed. */
export default function RemoveMembers({ project, members, onRemoved, onClose }: Props) {
  const { t } = useTranslation();
  const { user } = useSession();
  const navigate = useNavigate();
  const { project_id } = project;
  const failed = useFailedHalfWay(project_id);
  const isOwn = members.some((member) => isSelf(member, user));
  const isLeaving = isOwn && !user?.sysadmin_flag;
  const remove = useAction({
    run: () =>
      inTurn(
        selfLast(members, user),
        ({ entity_name }) => entity_name,
        ({ id }) => deleteProjectMember({ path: { project_name_or_id: String(project_id), mid: id } }),
        onRemoved,
      ).catch(failed),
    // What one leaves may no longer be asked about.
    changes: isLeaving ? [['projects']] : [projectKey(project_id), ['permissions', project_id], ['projects']],
    done: t('members.removedToast', { count: members.length, name: members[0]?.entity_name ?? '' }),
    onDone: () => {
      onClose();
      if (isLeaving) void navigate('/harbor/projects');
    },
  });
  return (
    <ConfirmDialog
      title={t('members.removeTitle', { count: members.length, name: members[0]?.entity_name ?? '' })}
      confirm={t('members.remove')}
      typed={isOwn ? project.name : undefined}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {isOwn && (
        <Alert
          variant="warning"
          isInline
          title={t(isLeaving ? 'members.own' : 'members.ownAsAdmin', { project: project.name })}
        />
      )}
      <Content>
        <p>{t('members.lost')}</p>
        <List>
          {members.map((member) => (
            <ListItem key={member.id}>
              {member.entity_name}: <RoleName id={member.role_id} />
            </ListItem>
          ))}
        </List>
        <p>{t('members.undo')}</p>
      </Content>
    </ConfirmDialog>
  );
}
