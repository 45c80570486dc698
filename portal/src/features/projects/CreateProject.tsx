import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { createProject } from '@/api/generated';
import { createdId } from '@/api/pages';
import { useSession } from '@/session/session';
import { FormDialog } from '@/shared/dialogs';
import { parseBytes } from '@/shared/format';
import { useAction } from '@/shared/useAction';
import { isProjectName } from './names';

export default function CreateProject({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { user } = useSession();
  const [name, setName] = useState('');
  const [isPublic, setPublic] = useState(false);
  const [quota, setQuota] = useState('');
  const limit = quota.trim() === '-1' ? -1 : parseBytes(quota);
  const isQuotaValid = quota.trim() === '' || limit !== null;
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
  const isNameValid = isProjectName(name);
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
      <FormGroup label={t('common.name')} fieldId="project-name" isRequired>
        <TextInput
          id="project-name"
          value={name}
          onChange={(_, value) => setName(value)}
          isRequired
          validated={name === '' || isNameValid ? 'default' : 'error'}
          aria-describedby="project-name-hint"
        />
        <FormHelperText>
          <HelperText id="project-name-hint">
            <HelperTextItem variant={name === '' || isNameValid ? 'default' : 'error'}>
              {t('projects.nameHint')}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <Checkbox
        id="project-public"
        label={t('projects.public')}
        description={t('projects.publicHint')}
        isChecked={isPublic}
        onChange={(_, value) => setPublic(value)}
      />
      {user?.sysadmin_flag && (
        <FormGroup label={t('projects.quota')} fieldId="project-quota">
          <TextInput
            id="project-quota"
            value={quota}
            onChange={(_, value) => setQuota(value)}
            validated={isQuotaValid ? 'default' : 'error'}
            aria-describedby="project-quota-hint"
          />
          <FormHelperText>
            <HelperText id="project-quota-hint">
              <HelperTextItem variant={isQuotaValid ? 'default' : 'error'}>
                {t(isQuotaValid ? 'projects.quotaHint' : 'projects.quotaInvalid')}
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
      )}
    </FormDialog>
  );
}
