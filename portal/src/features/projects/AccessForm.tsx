import './projects.css';
import { Button, Content, Form, FormGroup, Radio } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useUnsaved } from '@/app/leaving';
import { updateProject, type ProjectView } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { projectKey } from './useProject';
import './texts';

/** Who may pull: members, or everybody; that everybody may is asked twice. */
export function AccessForm({ project }: { project: ProjectView }) {
  const { t } = useTranslation();
  const isPublic = project.metadata.public === 'true';
  const [wanted, setWanted] = useState(isPublic);
  const [isConfirming, setConfirming] = useState(false);
  const save = useAction({
    run: () =>
      updateProject({
        path: { project_name_or_id: String(project.project_id) },
        body: { metadata: { public: String(wanted) } },
      }),
    changes: [['projects'], projectKey(project.project_id)],
    done: t(wanted ? 'projects.isPublicToast' : 'projects.isPrivateToast', { name: project.name }),
    onDone: () => setConfirming(false),
  });
  useUnsaved(wanted !== isPublic && !save.isPending);
  const submit = () => {
    if (wanted) setConfirming(true);
    else save.mutate();
  };
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== isPublic) submit();
      }}
    >
      {save.error && !isConfirming && <ErrorAlert error={save.error} />}
      <FormGroup role="radiogroup" label={t('projects.whoPulls')} fieldId="project-access">
        <Radio
          id="project-private"
          name="project-access"
          label={t('projects.private')}
          description={t('projects.privateHint')}
          isChecked={!wanted}
          onChange={() => setWanted(false)}
        />
        <Radio
          id="project-public"
          name="project-access"
          label={t('projects.public')}
          description={t('projects.publicHint')}
          isChecked={wanted}
          onChange={() => setWanted(true)}
        />
      </FormGroup>
      <div>
        <Button type="submit" isDisabled={wanted === isPublic || save.isPending} isLoading={save.isPending}>
          {t('common.save')}
        </Button>
        {wanted !== isPublic && (
          <Button variant="link" onClick={() => setWanted(isPublic)}>
            {t('common.cancel')}
          </Button>
        )}
      </div>
      {isConfirming && (
        <ConfirmDialog
          title={t('projects.makePublicTitle', { name: project.name })}
          confirm={t('projects.makePublic')}
          action={save}
          onConfirm={() => save.mutate()}
          onClose={() => setConfirming(false)}
        >
          <Content component="p">{t('projects.makePublicHint', { count: project.repo_count })}</Content>
        </ConfirmDialog>
      )}
    </Form>
  );
}
