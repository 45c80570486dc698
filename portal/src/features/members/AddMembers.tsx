import { FormGroup, Label, LabelGroup } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createProjectMember } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { CandidatePicker } from './CandidatePicker';
import { inTurn } from './inTurn';
import { isComplete, limitOf, type RoleChoice } from './limits';
import type { Candidate, Kind } from './member';
import { RoleFields } from './RoleFields';
import { useFailedHalfWay } from './useFailedHalfWay';

interface Props {
  projectId: number;
  kind: Kind;
  onClose: () => void;
}

/** Makes users, or groups, members of a project: one or several, with one role. */
export default function AddMembers({ projectId, kind, onClose }: Props) {
  const { t } = useTranslation();
  const failed = useFailedHalfWay(projectId);
  const id = useId();
  const [chosen, setChosen] = useState<Candidate[]>([]);
  const [choice, setChoice] = useState<RoleChoice>({ role: 2, isLimited: false, repositories: '' });
  const remove = (candidate: Candidate) => setChosen((all) => all.filter((other) => other.id !== candidate.id));
  const add = useAction({
    run: (candidates: Candidate[]) =>
      inTurn(
        candidates,
        ({ name }) => name,
        (candidate) => addMember(projectId, candidate, choice),
        remove,
      ).catch(failed),
    changes: [projectKey(projectId)],
    done: (_, candidates) => t('members.addedToast', { count: candidates.length, name: candidates[0]?.name ?? '' }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t(kind === 'u' ? 'members.addUsers' : 'members.addGroups')}
      submit={t('common.add')}
      isValid={chosen.length > 0 && isComplete(choice)}
      action={add}
      onSubmit={() => add.mutate(chosen)}
      onClose={onClose}
    >
      <FormGroup label={t(kind === 'u' ? 'members.users' : 'members.groups')} fieldId={id} isRequired>
        <CandidatePicker
          id={id}
          kind={kind}
          chosen={chosen}
          onChoose={(candidate) => setChosen((all) => [...all, candidate])}
        />
        {chosen.length > 0 && (
          <LabelGroup numLabels={20} aria-label={t('members.chosen')}>
            {chosen.map((candidate) => (
              <Label
                key={candidate.id}
                onClose={() => remove(candidate)}
                closeBtnAriaLabel={t('members.unchoose', { name: candidate.name })}
              >
                {candidate.name}
              </Label>
            ))}
          </LabelGroup>
        )}
      </FormGroup>
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
