import { Alert, Button, Content, Label, LabelGroup, Title } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { lastTrigger, listWebhookPoliciesOfProject, updateWebhookPolicyOfProject } from '@/api/generated';
import type { PolicyView } from '@/api/generated';
import { body, page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { useCanInProject, useSession } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { ErrorAlert } from '@/shared/Failure';
import { Time } from '@/shared/Time';
import { useAction } from '@/shared/useAction';
import { useListState } from '@/shared/useListState';
import { GuardHint } from './GuardHint';
import { lastTriggers, switched } from './policy';
import { TargetText } from './TargetText';
import { useEventName } from './useEventName';
import './texts';

const WebhookDialog = lazy(() => import('./WebhookDialog'));
const DeleteWebhookDialog = lazy(() => import('./DeleteWebhookDialog'));

const FILTERS = [
  { key: 'name', comparison: 'contains' },
  { key: 'enabled', comparison: 'exact' },
] as const;

type Open = { kind: 'edit'; policy: PolicyView | null } | { kind: 'delete'; policy: PolicyView };

export default function WebhooksPage() {
  const { t } = useTranslation();
  const { system } = useSession();
  const projectId = useProject().project_id;
  const can = useCanInProject(projectId);
  const [open, setOpen] = useState<Open | null>(null);
  const state = useListState({ sort: 'name', filters: [...FILTERS] });
  const list = useQuery({
    queryKey: projectKey(projectId, 'webhooks', state.query),
    queryFn: () =>
      page(listWebhookPoliciesOfProject({ path: { project_name_or_id: String(projectId) }, query: state.query })),
    placeholderData: keepPreviousData,
  });
  const toggle = useToggle(projectId);
  const create = can('notification-policy', 'create') && (
    <Button onClick={() => setOpen({ kind: 'edit', policy: null })}>{t('webhooks.new')}</Button>
  );
  const actions = (policy: PolicyView) => [
    ...(can('notification-policy', 'update')
      ? [
          { title: t('common.edit'), onClick: () => setOpen({ kind: 'edit', policy }) },
          {
            title: t(policy.enabled ? 'webhooks.disable' : 'webhooks.enable'),
            onClick: () => toggle.mutate(policy),
          },
        ]
      : []),
    ...(can('notification-policy', 'delete')
      ? [{ title: t('common.delete'), isDanger: true, onClick: () => setOpen({ kind: 'delete', policy }) }]
      : []),
  ];
  return (
    <>
      <Title headingLevel="h2">{t('titles.webhooks')}</Title>
      <Content component="p">{t('webhooks.description')}</Content>
      {system.notification_enable === false && <Alert variant="warning" isInline title={t('webhooks.off')} />}
      {toggle.error && (
        <>
          <ErrorAlert error={toggle.error} />
          <GuardHint message={toggle.error.message} />
        </>
      )}
      <DataTable
        label={t('webhooks.list')}
        columns={useColumns(projectId)}
        list={list}
        state={state}
        rowKey={(policy) => policy.id}
        rowName={(policy) => policy.name ?? ''}
        filters={[
          { key: 'name', label: t('common.name'), kind: 'text' },
          {
            key: 'enabled',
            label: t('common.status'),
            kind: 'choice',
            choices: [
              { value: 'true', label: t('webhooks.enabled') },
              { value: 'false', label: t('webhooks.disabled') },
            ],
          },
        ]}
        toolbar={create}
        actions={actions}
        empty={
          <Empty title={t('webhooks.empty')} actions={create}>
            {t('webhooks.emptyHint')}
          </Empty>
        }
      />
      <Suspense>
        {open?.kind === 'edit' && (
          <WebhookDialog projectId={projectId} policy={open.policy} onClose={() => setOpen(null)} />
        )}
        {open?.kind === 'delete' && (
          <DeleteWebhookDialog projectId={projectId} policy={open.policy} onClose={() => setOpen(null)} />
        )}
      </Suspense>
    </>
  );
}

function useToggle(projectId: number) {
  const { t } = useTranslation();
  return useAction({
    run: (policy: PolicyView) =>
      updateWebhookPolicyOfProject({
        path: { project_name_or_id: String(projectId), webhook_policy_id: policy.id },
        body: switched(policy),
      }),
    changes: [projectKey(projectId, 'webhooks')],
    done: (_, { enabled, name = '' }) => t(enabled ? 'webhooks.disabledToast' : 'webhooks.enabledToast', { name }),
  });
}

function useColumns(projectId: number): Column<PolicyView>[] {
  const { t } = useTranslation();
  const eventName = useEventName();
  const { data: last } = useQuery({
    queryKey: projectKey(projectId, 'webhooks', 'last triggers'),
    queryFn: async () => lastTriggers(await body(lastTrigger({ path: { project_name_or_id: String(projectId) } }))),
  });
  return [
    {
      key: 'name',
      title: t('common.name'),
      sort: 'name',
      breaks: true,
      render: (policy) => (
        <>
          <Link to={String(policy.id)}>{policy.name}</Link>
          {policy.description && <Content component="small">{policy.description}</Content>}
        </>
      ),
    },
    {
      key: 'targets',
      title: t('webhooks.targets'),
      breaks: true,
      render: ({ targets }) => targets.map((target, index) => <TargetText key={index} target={target} />),
    },
    {
      key: 'events',
      title: t('webhooks.events'),
      render: ({ event_types: events }) => (
        <LabelGroup numLabels={2}>
          {events.map((event) => (
            <Label key={event} isCompact variant="outline">
              {eventName(event)}
            </Label>
          ))}
        </LabelGroup>
      ),
    },
    {
      key: 'enabled',
      title: t('common.status'),
      sort: 'enabled',
      render: ({ enabled }) => (
        <Label color={enabled ? 'green' : 'grey'}>{t(enabled ? 'webhooks.enabled' : 'webhooks.disabled')}</Label>
      ),
    },
    {
      key: 'last',
      title: t('webhooks.lastTrigger'),
      render: ({ name = '' }) => last !== undefined && <Time value={last.get(name)} />,
    },
  ];
}
