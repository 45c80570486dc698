import { Alert } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updateProjectMember, type MemberView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { useSession } from '@/session/session';
import { FormDialog } from '@/shared/dialogs';
import { inTurn } from '@/shared/several';
import { useAction } from '@/shared/useAction';
import { isComplete, limitOf, type RoleChoice } from './limits';
import { isSelf, selfLast } from './member';
import { RoleFields } from './RoleFields';
import { useFailedHalfWay } from './useFailedHalfWay';
import './texts';

interface Props {
  projectId: number;
  members: MemberView[];
  onClose: () => void;
}

/** Gives one member another role and limit, or several another role. */
export default function ChangeRole({ projectId, members, onClose }: Props) {
  const { t } = useTranslation();
  const { user } = useSession();
  const failed = useFailedHalfWay(projectId);
  const only = members.length === 1 ? members[0] : undefined;
  const [choice, setChoice] = useState<RoleChoice>({
    role: only?.role_id ?? 2,
    isLimited: Boolean(only?.repositories),
    repositories: only?.repositories?.join('\n') ?? '',
  });
  const change = useAction({
    run: () =>
      inTurn(
        selfLast(members, user),
        ({ entity_name }) => entity_name,
        (member) =>
          updateProjectMember({
            path: { project_name_or_id: String(projectId), mid: member.id },
            // Of several each keeps its own limit.
            body: { role_id: choice.role, ...(only && { repositories: limitOf(choice) }) },
          }),
      ).catch(failed),
    changes: [projectKey(projectId), ['permissions', projectId], ['projects']],
    done: t('members.changedToast', { count: members.length, name: only?.entity_name ?? '' }),
    onDone: onClose,
  });
  const isOwn = members.some((member) => isSelf(member, user));
  return (
    <FormDialog
      title={t('members.changeTitle', { count: members.length, name: only?.entity_name ?? '' })}
      submit={t('common.save')}
      isValid={isComplete(choice)}
      action={change}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      {isOwn && !user?.sysadmin_flag && choice.role !== 1 && (
        <Alert variant="warning" isInline title={t('members.ownRole')} />
      )}
      <RoleFields value={choice} onChange={setChoice} hasLimit={only !== undefined} />
    </FormDialog>
  );
}
