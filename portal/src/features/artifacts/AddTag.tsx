import { useState } from 'react';
import { useTranslation } from '@/texts';
import { createTag } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { isTagName } from '@/features/repositories/tagNames';
import { FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { shortDigest } from '@/shared/format';
import { useAction } from '@/shared/useAction';
import { useArtifact } from './useArtifact';
import './texts';

export default function AddTag({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { artifact, path } = useArtifact();
  const [name, setName] = useState('');
  const isValid = isTagName(name);
  const add = useAction({
    run: () => createTag({ path, body: { name } }),
    changes: [projectKey(artifact.project_id)],
    done: t('artifacts.tags.added', { name }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('artifacts.tags.addTitle', { digest: shortDigest(artifact.digest) })}
      submit={t('common.add')}
      isValid={isValid}
      action={add}
      onSubmit={() => add.mutate()}
      onClose={onClose}
      variant="small"
    >
      <Field
        label={t('common.name')}
        value={name}
        onChange={setName}
        hint={t('artifacts.tags.hint')}
        error={name === '' || isValid ? null : t('artifacts.tags.invalid')}
        isRequired
        autoFocus
        autoComplete="off"
      />
    </FormDialog>
  );
}
