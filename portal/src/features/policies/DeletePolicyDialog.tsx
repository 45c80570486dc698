import { useTranslation } from '@/texts';
import { deleteRetention } from '@/api/generated';
import { useProject } from '@/features/projects/useProject';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

export default function DeletePolicyDialog({ policyId, onClose }: { policyId: number; onClose: () => void }) {
  const { t } = useTranslation();
  const project = useProject();
  const remove = useAction({
    run: () => deleteRetention({ path: { id: policyId } }),
    changes: [['project']],
    done: t('policies.retention.deletePolicyToast'),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('policies.retention.deletePolicyTitle', { project: project.name })}
      confirm={t('policies.retention.deletePolicy')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {t('policies.retention.deletePolicyBody')} {t('common.cannotBeUndone')}
    </ConfirmDialog>
  );
}
