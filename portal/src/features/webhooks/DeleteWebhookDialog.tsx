import { useTranslation } from '@/texts';
import { deleteWebhookPolicyOfProject, type PolicyView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

interface Props {
  projectId: number;
  policy: PolicyView;
  onClose: () => void;
}

export default function DeleteWebhookDialog({ projectId, policy, onClose }: Props) {
  const { t } = useTranslation();
  const name = policy.name ?? '';
  const remove = useAction({
    run: () =>
      deleteWebhookPolicyOfProject({
        path: { project_name_or_id: String(projectId), webhook_policy_id: policy.id },
      }),
    changes: [projectKey(projectId, 'webhooks')],
    done: t('webhooks.deletedToast', { name }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('webhooks.deleteTitle', { name })}
      confirm={t('common.delete')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {t('webhooks.deleteBody')} {t('common.cannotBeUndone')}
    </ConfirmDialog>
  );
}
