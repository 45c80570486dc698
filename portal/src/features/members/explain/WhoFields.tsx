import { FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { listRobot, searchUsers, type ProjectView } from '@/api/generated';
import { page } from '@/api/pages';
import { robotsQuery } from '@/features/robots/scope';
import { buildQuery } from '@/shared/query';
import { KINDS, type Kind, type Question } from './question';
import { NameField } from './NameField';
import '../texts';

/** As many as a list that is typed into shows. */
const RANGE = { page: 1, page_size: 8 };

interface Props {
  project: ProjectView;
  question: Question;
  onChange: (changed: Partial<Question>) => void;
}

/** Whose access it is: an account's, or that of somebody without one. */
export function WhoFields({ project, question: { kind, name }, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="m-beside">
      <FormGroup label={t('members.explain.who')} fieldId={id}>
        <FormSelect id={id} value={kind} onChange={(_, chosen) => onChange({ kind: chosen as Kind, name: '' })}>
          {KINDS.map((one) => (
            <FormSelectOption key={one} value={one} label={t(`members.explain.kinds.${one}`)} />
          ))}
        </FormSelect>
      </FormGroup>
      {kind !== 'anonymous' && (
        <NameField
          key={kind}
          label={t('common.name')}
          hint={t(`members.explain.nameHints.${kind}`, { project: project.name })}
          value={name}
          onChange={(typed) => onChange({ name: typed })}
          queryKey={['names', kind, project.project_id]}
          search={kind === 'user' ? findUsers : (text) => findRobots(project, text)}
          isRequired
        />
      )}
    </div>
  );
}

async function findUsers(text: string): Promise<string[]> {
  const { items } = await page(searchUsers({ query: { ...RANGE, username: text } }));
  return items.map(({ username }) => username);
}

/** Of the project's own, which is what its administrators may list; found by the end of the name they log in with. */
async function findRobots({ project_id, name }: ProjectView, text: string): Promise<string[]> {
  const filter = buildQuery([{ key: 'name', comparison: 'contains', value: text.slice(text.lastIndexOf('+') + 1) }]);
  const q = robotsQuery({ level: 'project', projectId: project_id, project: name }, filter);
  const { items } = await page(listRobot({ query: { ...RANGE, sort: 'name', q } }));
  return items.map((robot) => robot.name);
}
