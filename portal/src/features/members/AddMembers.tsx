import { useState } from 'react';
import { useTranslation } from '@/texts';
import { createProjectMember } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { FormDialog } from '@/shared/dialogs';
import { inTurn } from '@/shared/several';
import { useAction } from '@/shared/useAction';
import { CandidateField } from './CandidateField';
import { isComplete, limitOf, type RoleChoice } from './limits';
import { candidateKey, type Candidate } from './member';
import { RoleFields } from './RoleFields';
import { useFailedHalfWay } from './useFailedHalfWay';
import './texts';

/** Makes users and groups members of a project: one or several, with one role. */
export default function AddMembers({ projectId, onClose }: { projectId: number; onClose: () => void }) {
  const { t } = useTranslation();
  const failed = useFailedHalfWay(projectId);
  const [chosen, setChosen] = useState<Candidate[]>([]);
  const [choice, setChoice] = useState<RoleChoice>({ role: 2, isLimited: false, repositories: '' });
  const add = useAction({
    run: (candidates: Candidate[]) =>
      inTurn(
        candidates,
        ({ name }) => name,
        (candidate) => addMember(projectId, candidate, choice),
        // What is left after a failure can be tried again.
        (added) => setChosen((all) => all.filter((other) => candidateKey(other) !== candidateKey(added))),
      ).catch(failed),
    changes: [projectKey(projectId)],
    done: (_, candidates) => t('members.addedToast', { count: candidates.length, name: candidates[0]?.name ?? '' }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('members.add')}
      submit={t('common.add')}
      isValid={chosen.length > 0 && isComplete(choice)}
      action={add}
      onSubmit={() => add.mutate(chosen)}
      onClose={onClose}
    >
      <CandidateField chosen={chosen} onChange={setChosen} />
      <RoleFields value={choice} onChange={setChoice} />
    </FormDialog>
  );
}

function addMember(projectId: number, { kind, id }: Candidate, choice: RoleChoice) {
  return createProjectMember({
    path: { project_name_or_id: String(projectId) },
    body: {
      role_id: choice.role,
      ...(kind === 'u' ? { member_user: { user_id: id } } : { member_group: { id } }),
      repositories: limitOf(choice),
    },
  });
}
