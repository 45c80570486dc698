import { FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { listRepositories, type ProjectView } from '@/api/generated';
import { page } from '@/api/pages';
import { isOfRepositories, type Matrix } from '@/features/robots/rights';
import { useNames } from '@/features/robots/useNames';
import { repositoryInProject } from '@/shared/format';
import { buildQuery } from '@/shared/query';
import { about, actionsOf, type Question } from './question';
import { NameField } from './NameField';
import '../texts';

interface Props {
  project: ProjectView;
  matrix: Matrix;
  question: Question;
  onChange: (changed: Partial<Question>) => void;
}

/** What is to be done, and where. */
export function WhatFields({ project, matrix, question, onChange }: Props) {
  const { t } = useTranslation();
  const { resourceName, actionName } = useNames();
  const { resource, action, reference } = question;
  return (
    <>
      <div className="m-beside">
        <Choice
          label={t('members.explain.resource')}
          value={resource}
          choices={matrix.resources}
          name={resourceName}
          onChange={(chosen) => onChange(about(question, chosen, matrix))}
        />
        <Choice
          label={t('members.explain.whatAction')}
          value={action}
          choices={actionsOf(matrix, resource)}
          name={actionName}
          onChange={(chosen) => onChange({ action: chosen })}
        />
      </div>
      {isOfRepositories(resource) && (
        <NameField
          label={t('members.explain.reference')}
          hint={t('members.explain.referenceHint')}
          value={reference}
          onChange={(typed) => onChange({ reference: typed })}
          queryKey={['names', 'repository', project.project_id]}
          search={(text) => findRepositories(project.name, text)}
        />
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: string[];
  name: (choice: string) => string;
  onChange: (choice: string) => void;
}

function Choice({ label, value, choices, name, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <FormGroup label={label} fieldId={id}>
      <FormSelect id={id} value={value} onChange={(_, chosen) => onChange(chosen)}>
        {choices.map((choice) => (
          <FormSelectOption key={choice} value={choice} label={name(choice)} />
        ))}
      </FormSelect>
    </FormGroup>
  );
}

async function findRepositories(project: string, text: string): Promise<string[]> {
  const q = buildQuery([{ key: 'name', comparison: 'contains', value: text }]);
  const { items } = await page(
    listRepositories({ path: { project_name: project }, query: { page: 1, page_size: 8, sort: 'name', q } }),
  );
  return items.map(({ name }) => repositoryInProject(name));
}
