import { Alert } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updateQuota, type QuotaView } from '@/api/generated';
import { FormDialog } from '@/shared/dialogs';
import { formatBytes } from '@/shared/format';
import { useAction } from '@/shared/useAction';
import { fromGiB, toGiB } from './limit';
import { StorageLimit } from './StorageLimit';
import './texts';

export default function EditQuota({ quota, onClose }: { quota: QuotaView; onClose: () => void }) {
  const { t } = useTranslation();
  const { id, ref, used, hard } = quota;
  const [text, setText] = useState(() => toGiB(hard.storage));
  const isTouched = text !== toGiB(hard.storage);
  const limit = fromGiB(text);
  const change = useAction({
    run: () => updateQuota({ path: { id }, body: { hard: { storage: limit ?? hard.storage } } }),
    changes: [['quotas'], ['project', String(ref.id)]],
    done: t('quotas.changed', { name: ref.name }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('quotas.editTitle', { name: ref.name })}
      description={t('quotas.editDescription', { name: ref.name, used: formatBytes(used.storage) })}
      submit={t('common.save')}
      isValid={isTouched && limit !== null}
      action={change}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      variant="small"
    >
      <StorageLimit
        label={t('quotas.limit')}
        value={text}
        onChange={setText}
        error={text !== '' && limit === null ? t('quotas.invalid') : null}
      />
      {isTouched && limit !== null && limit >= 0 && limit < used.storage && (
        <Alert variant="warning" isInline title={t('quotas.belowUsage')} />
      )}
    </FormDialog>
  );
}
