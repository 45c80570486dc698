import { Checkbox } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { createProject } from '@/api/generated';
import { createdId } from '@/api/pages';
import { useSession } from '@/session/session';
import { FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { parseBytes } from '@/shared/format';
import { useAction } from '@/shared/useAction';
import { isProjectName } from './names';
import './texts';

export default function CreateProject({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { user } = useSession();
  const [name, setName] = useState('');
  const [isPublic, setPublic] = useState(false);
  const [quota, setQuota] = useState('');
  const limit = quota.trim() === '-1' ? -1 : parseBytes(quota);
  const isQuotaValid = quota.trim() === '' || limit !== null;
  const isNameValid = isProjectName(name);
  const create = useAction({
    run: () =>
      createdId(
        createProject({
          body: {
            project_name: name,
            metadata: { public: String(isPublic) },
            ...(quota.trim() === '' ? {} : { storage_limit: limit }),
          },
        }),
      ),
    changes: [['projects']],
    done: t('projects.createdToast', { name }),
    onDone: (id) => void navigate(`/harbor/projects/${id}`),
  });
  return (
    <FormDialog
      title={t('projects.createTitle')}
      submit={t('common.create')}
      isValid={isNameValid && isQuotaValid}
      action={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
      variant="small"
    >
      <Field
        label={t('common.name')}
        value={name}
        onChange={setName}
        hint={t('projects.nameHint')}
        error={name === '' || isNameValid ? null : t('projects.nameInvalid')}
        isRequired
      />
      <Checkbox
        id="project-public"
        label={t('projects.public')}
        description={t('projects.publicHint')}
        isChecked={isPublic}
        onChange={(_, value) => setPublic(value)}
      />
      {user?.sysadmin_flag && (
        <Field
          label={t('projects.quota')}
          value={quota}
          onChange={setQuota}
          hint={t('projects.quotaHint')}
          error={isQuotaValid ? null : t('projects.quotaInvalid')}
        />
      )}
    </FormDialog>
  );
}
