import { Checkbox } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { createWebhookPolicyOfProject, getSupportedEventTypes } from '@/api/generated';
import { updateWebhookPolicyOfProject, type PolicyView } from '@/api/generated';
import { body } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';
import { useSession } from '@/session/session';
import { FormDialog } from '@/shared/dialogs';
import { ErrorAlert } from '@/shared/Failure';
import { Field } from '@/shared/Field';
import { useAction } from '@/shared/useAction';
import { EventFields } from './EventFields';
import { FilterFields } from './FilterFields';
import { GuardHint } from './GuardHint';
import { bodyOf, draftOf, isDraftValid, type Draft } from './policy';
import { SecretField } from './SecretField';
import { TargetFields } from './TargetFields';
import './texts';

interface Props {
  projectId: number;
  /** The policy that is edited; null: a new one. */
  policy: PolicyView | null;
  onClose: () => void;
}

export default function WebhookDialog({ projectId, policy, onClose }: Props) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [draft, setDraft] = useState(() => draftOf(policy));
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const path = { project_name_or_id: String(projectId) };
  const supported = useQuery({
    queryKey: projectKey(projectId, 'webhook events'),
    queryFn: () => body(getSupportedEventTypes({ path })),
    staleTime: Infinity,
  });
  const wanted = bodyOf(draft, policy?.creator ?? user?.username ?? '');
  const save = useAction({
    run: () =>
      policy === null
        ? createWebhookPolicyOfProject({ path, body: wanted })
        : updateWebhookPolicyOfProject({ path: { ...path, webhook_policy_id: policy.id }, body: wanted }),
    changes: [projectKey(projectId, 'webhooks')],
    done: t(policy === null ? 'webhooks.form.createdToast' : 'webhooks.form.updatedToast', { name: draft.name }),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={
        policy === null ? t('webhooks.form.createTitle') : t('webhooks.form.editTitle', { name: policy.name ?? '' })
      }
      submit={t(policy === null ? 'common.create' : 'common.save')}
      isValid={isDraftValid(draft)}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <GuardHint message={save.error?.message} />
      {supported.error && <ErrorAlert error={supported.error} onRetry={() => void supported.refetch()} />}
      <Field
        label={t('common.name')}
        value={draft.name}
        onChange={(name) => change({ name })}
        hint={t('webhooks.form.nameHint')}
        isRequired
      />
      <Field
        label={t('common.description')}
        value={draft.description}
        onChange={(description) => change({ description })}
      />
      <Checkbox
        id="webhook-enabled"
        label={t('webhooks.form.enabled')}
        description={t('webhooks.form.enabledHint')}
        isChecked={draft.isEnabled}
        onChange={(_, isEnabled) => change({ isEnabled })}
      />
      <TargetFields supported={supported.data} value={draft.targets} onChange={(targets) => change({ targets })} />
      <EventFields
        supported={supported.data?.event_type ?? draft.events}
        value={draft.events}
        onChange={(events) => change({ events })}
      />
      <FilterFields draft={draft} onChange={change} />
      <SecretField isSigned={policy?.signed ?? false} value={draft.secret} onChange={(secret) => change({ secret })} />
    </FormDialog>
  );
}
