import { useQuery } from '@tanstack/react-query';
import { FormGroup, TextInput } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { copyArtifact, listProjects, type ArtifactView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';
import { FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { shortDigest } from '@/shared/format';
import { buildQuery } from '@/shared/query';
import { useAction } from '@/shared/useAction';
import { useDelayed } from '@/shared/useDelayed';
import { useRepository } from './useRepository';
import './texts';

/** Copies an artifact, with its tags and what is attached to it, to another repository or project. */
export default function CopyArtifact({ artifact, onClose }: { artifact: ArtifactView; onClose: () => void }) {
  const { t } = useTranslation();
  const { project, name, fullName } = useRepository();
  const [target, setTarget] = useState(project.name);
  const [repository, setRepository] = useState(name);
  const destination = `${target.trim()}/${repository.trim()}`;
  const isElsewhere = destination !== fullName;
  const copy = useAction({
    run: () =>
      copyArtifact({
        path: { project_name: target.trim(), repository_name: repository.trim() },
        query: { from: `${fullName}@${artifact.digest}` },
      }),
    changes: [projectKey(project.project_id), ['project']],
    done: t('repositories.copy.done', { name: destination }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('repositories.copy.title')}
      description={t('repositories.copy.hint', { name: `${fullName}@${shortDigest(artifact.digest)}` })}
      submit={t('common.copy')}
      isValid={isElsewhere && target.trim() !== '' && repository.trim() !== ''}
      action={copy}
      onSubmit={() => copy.mutate()}
      onClose={onClose}
    >
      <ProjectField value={target} onChange={setTarget} />
      <Field
        label={t('repositories.copy.repository')}
        value={repository}
        onChange={setRepository}
        hint={isElsewhere ? t('repositories.copy.repositoryHint') : t('repositories.copy.same')}
        isRequired
        autoComplete="off"
      />
    </FormDialog>
  );
}

/** Suggests projects whose names have what was typed. */
function ProjectField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const part = useDelayed(value);
  const query = {
    page: 1,
    page_size: 10,
    sort: 'name',
    q: buildQuery([{ key: 'name', comparison: 'contains', value: part }]),
  };
  const { data } = useQuery({
    queryKey: ['projects', 'suggested', query],
    queryFn: () => page(listProjects({ query })),
  });
  return (
    <FormGroup label={t('repositories.copy.project')} fieldId={id} isRequired>
      <TextInput
        id={id}
        value={value}
        onChange={(_, text) => onChange(text)}
        list={`${id}-known`}
        autoComplete="off"
        isRequired
      />
      <datalist id={`${id}-known`}>
        {data?.items.map((project) => (
          <option key={project.project_id} value={project.name} />
        ))}
      </datalist>
    </FormGroup>
  );
}
